/** What a hand may do with an alarm: each is one tap, and says what came of it. */

import { post, Problem, type Told } from './api'
import { t } from './language.svelte'
import { by } from './person.svelte'

const SHELF_HOURS = 8

export class Hands {
  /** What was done last, or why not; for whoever hears the page. */
  said = $state('')
  wrong = $state('')
  /** Set while the name of whoever acts is still to be asked; what is to be done then. */
  waiting = $state<(() => Promise<void>) | null>(null)

  constructor(private readonly after: () => Promise<unknown>) {}

  acknowledge(alarm: Told['ToldAlarm']): Promise<void> {
    return this.#do(t('alarms.acknowledge'), () => post(`alarms/${alarm.id}/acknowledge`, { by: by() }))
  }

  reset(alarm: Told['ToldAlarm']): Promise<void> {
    return this.#do(t('alarms.reset'), () => post(`alarms/${alarm.id}/reset`, { by: by() }))
  }

  judge(alarm: Told['ToldAlarm'], outcome: 'useful' | 'false'): Promise<void> {
    return this.#do(t(`alarms.${outcome}`), async () => {
      const told = await post<Told['ToldFeedback']>(`alarms/${alarm.id}/feedback`, { outcome, by: by() })
      return told.limit
    })
  }

  shelve(point: string): Promise<void> {
    const asked = () => ({ point, by: by(), because: t('alarms.shelveWhy'), hours: SHELF_HOURS })
    return this.#do(t('alarms.shelve'), () => post('alarm-points/shelve', asked()))
  }

  unshelve(point: string): Promise<void> {
    return this.#do(t('alarms.unshelve'), () => post('alarm-points/unshelve', { point, by: by(), because: '' }))
  }

  close(number: number, found: string, done: string): Promise<void> {
    return this.#do(t('alarms.close'), () => post(`cases/${number}/close`, { by: by(), found, done }))
  }

  async #do(what: string, act: () => Promise<unknown>): Promise<void> {
    if (!by()) {
      this.waiting = () => this.#do(what, act)
      return
    }
    this.wrong = ''
    try {
      const came = await act()
      this.said = t('alarms.done', { what }) + (typeof came === 'string' ? ` ${came}` : '')
      await this.after()
    } catch (error) {
      this.wrong = error instanceof Problem ? error.message : t('shell.noAnswer')
    }
  }
}
