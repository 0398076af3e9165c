/** Trends as /api/v1/trend gives them: of each column of pixels the lowest and highest value, and what is known of it. */

import { getPacked } from './api'

export const NOTHING = 0
export const NOT_GOOD = new Set([3, 4])

export interface Line {
  tag: string
  kind: 'number' | 'flag' | 'text'
  unit: string | null
  texts: string[]
  low: Float64Array
  high: Float64Array
  state: Uint8Array
}
export interface Trend {
  from: number
  step: number
  rows: number
  qualityKnown: boolean
  lines: Line[]
}

export async function trendOf(tags: string[], from: number, to: number, width: number, signal: AbortSignal): Promise<Trend> {
  const asked = { tag: tags, from: new Date(from).toISOString(), to: new Date(to).toISOString(), width }
  const { header, columns } = await getPacked('trend', asked, signal)
  const lines = (header.tags as Omit<Line, 'low' | 'high' | 'state'>[]).map((one, i) => ({
    ...one,
    low: columns.get(`low ${i}`) as Float64Array,
    high: columns.get(`high ${i}`) as Float64Array,
    state: columns.get(`state ${i}`) as Uint8Array,
  }))
  return { from: header.from_ms as number, step: header.step_ms as number, rows: header.rows as number, qualityKnown: header.quality_known as boolean, lines }
}

/** The lowest and the highest value; null where there is none. */
export function extent({ low, high }: Line): [number, number] | null {
  let [least, most] = [Infinity, -Infinity]
  for (const value of low) if (value < least) least = value
  for (const value of high) if (value > most) most = value
  return least <= most ? [least, most] : null
}

/** What a trend shows as rows of a table: the end of each column, then lowest, highest and state of each tag. */
export function asRows({ from, step, rows, lines }: Trend, words: { time: string; low: string; high: string; state: string }, stateIn: (state: number) => string): (string | number | null)[][] {
  const head = [words.time, ...lines.flatMap(({ tag }) => [`${tag} ${words.low}`, `${tag} ${words.high}`, `${tag} ${words.state}`])]
  const body = Array.from({ length: rows }, (_, row) => [
    new Date(from + step * (row + 1)).toISOString(),
    ...lines.flatMap((line) => [shown(line, line.low[row]!), shown(line, line.high[row]!), stateIn(line.state[row]!)]),
  ])
  return [head, ...body]
}

function shown({ kind, texts }: Line, value: number): string | number | null {
  if (Number.isNaN(value)) return null
  return kind === 'text' ? texts[value]! : value
}
