/** Live values by the WebSocket /api/v1/live; comes back by itself when the connection is lost. */

import { unpacked } from './packed'

export interface Newest {
  tag: string
  kind: 'number' | 'flag' | 'text'
  unit: string | null
  time: number | null
  value: number | string | null
  status: number
}
interface Answer {
  wish: number
  tags: { tag: string; kind: Newest['kind']; unit: string | null }[]
}
const AGAIN_MS = [500, 1000, 2000, 5000]

export class Live {
  /** In the order asked for. */
  values = $state<Newest[]>([])
  connected = $state(false)
  #wanted: string[] = []
  #wish = 0
  #socket: WebSocket | null = null
  #tries = 0
  #timer = 0
  #closed = false

  want(tags: string[]): void {
    this.#wanted = tags
    if (this.#socket?.readyState === WebSocket.OPEN) this.#ask()
    else if (!this.#socket) this.#connect()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#socket?.close()
  }

  #connect(): void {
    if (this.#closed) return
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/api/v1/live`)
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      this.connected = true
      this.#tries = 0
      this.#wish = 0
      this.#ask()
    }
    socket.onmessage = ({ data }) => (typeof data === 'string' ? this.#answered(JSON.parse(data)) : this.#told(data))
    socket.onclose = () => {
      this.connected = false
      this.#socket = null
      this.#timer = window.setTimeout(() => this.#connect(), AGAIN_MS[Math.min(this.#tries++, AGAIN_MS.length - 1)])
    }
    this.#socket = socket
  }

  #ask(): void {
    this.#socket?.send(JSON.stringify({ tags: this.#wanted }))
  }

  #answered({ wish, tags }: Answer): void {
    this.#wish = wish
    this.values = tags.map((one) => ({ ...one, time: null, value: null, status: 0 }))
  }

  #told(data: ArrayBuffer): void {
    const { header, columns } = unpacked(data)
    if (header.wish !== this.#wish) return
    const [place, time, value, status] = ['place', 'time_ms', 'value', 'status'].map((name) => columns.get(name)!)
    const texts = header.texts as Record<string, string>
    for (let i = 0; i < place!.length; i++) {
      const newest = this.values[place![i]!]!
      newest.time = time![i]!
      newest.status = status![i]!
      newest.value = texts[i] ?? (Number.isNaN(value![i]!) ? null : value![i]!)
    }
  }
}

export type Trust = 'good' | 'uncertain' | 'bad'

/** What the two highest bits of an OPC UA status say. */
export function trust(status: number): Trust {
  return (['good', 'uncertain', 'bad', 'bad'] as const)[status >>> 30]!
}
