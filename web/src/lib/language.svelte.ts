/** The language of the page, and what it says in it: messages, numbers and times. */

import en from './messages/en.json'
import ko from './messages/ko.json'

export const LANGUAGES = { ko: '한국어', en: 'English' } as const
export type Language = keyof typeof LANGUAGES
export type Message = keyof typeof en

const MESSAGES: Record<Language, Record<Message, string>> = { en, ko }
const KEPT = 'bobae.language'

let current = $state<Language>(first())

export function language(): Language {
  return current
}

export function speak(wanted: Language): void {
  current = wanted
  localStorage.setItem(KEPT, wanted)
  document.documentElement.lang = wanted
}

/** A message with its {values} filled in. */
export function t(message: Message, values: Record<string, string | number> = {}): string {
  return MESSAGES[current][message].replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole))
}

/** A message whose name is made of what the server said; the word itself where there is none for it. */
export function word(kind: string, said: string): string {
  return MESSAGES[current][`${kind}.${said}` as Message] ?? said
}

/** A number as one reads it off an instrument: five figures unless told otherwise; a whole number in full. */
export function number(value: number, figures = 5): string {
  if (!Number.isFinite(value)) return String(value)
  const kept = Number.isInteger(value) ? {} : { maximumSignificantDigits: figures }
  return new Intl.NumberFormat(current, kept).format(value)
}

const UNITS: Record<string, string> = { Cel: '°C', '[degF]': '°F', '1': '' }

/** A UCUM code as it is written on a gauge, as src/bobae/core/gauge.py has it: Cel is °C, m/s2 is m/s². */
export function unit(code: string | null): string {
  if (!code) return ''
  const plain = (UNITS[code] ?? code).replace(/[{}]/g, '').replace('.', '·')
  return plain.replace(/(?<=[a-zA-Z])[23]/g, (power) => (power === '2' ? '²' : '³'))
}

/** What is said, sentence by sentence. */
export function sentences(said: string): string[] {
  return said.split(/(?<=[.])\s+/)
}

/** Date and time of day here. */
export function moment(time: string | number): string {
  return new Intl.DateTimeFormat(current, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(time))
}

/** The time of day alone, where it was today. */
export function clock(time: string | number): string {
  const at = new Date(time)
  if (at.toDateString() !== new Date().toDateString()) return moment(time)
  return new Intl.DateTimeFormat(current, { timeStyle: 'medium' }).format(at)
}

/** How long ago, in the one unit that says enough. */
export function ago(time: string | number, now = Date.now()): string {
  const seconds = Math.max(0, (now - new Date(time).getTime()) / 1000)
  const units = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]] as const
  const [unit, size] = units.find(([, length]) => seconds >= length) ?? ['second', 1]
  return new Intl.RelativeTimeFormat(current, { numeric: 'always' }).format(-Math.floor(seconds / size), unit)
}

function first(): Language {
  const kept = localStorage.getItem(KEPT)
  const found: Language = kept === 'ko' || kept === 'en' ? kept : navigator.language.startsWith('ko') ? 'ko' : 'en'
  document.documentElement.lang = found
  return found
}
