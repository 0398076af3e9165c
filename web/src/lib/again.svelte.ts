/** What the server says, asked for again and again while the page is seen. */

import { onMount } from 'svelte'
import { Problem } from './api'
import { t } from './language.svelte'

export class Again<T> {
  told = $state<T>()
  wrong = $state('')

  /** Begins with the component that makes it, and ends with it. */
  constructor(
    private readonly ask: (signal: AbortSignal) => Promise<T>,
    every_ms = 5000,
  ) {
    onMount(() => {
      const ends = new AbortController()
      void this.now(ends.signal)
      const timer = setInterval(() => document.hidden || void this.now(ends.signal), every_ms)
      return () => {
        clearInterval(timer)
        ends.abort()
      }
    })
  }

  async now(signal = new AbortController().signal): Promise<void> {
    try {
      this.told = await this.ask(signal)
      this.wrong = ''
    } catch (error) {
      if (!signal.aborted) this.wrong = error instanceof Problem ? error.message : t('shell.noAnswer')
    }
  }
}
