/** Asking bobae: JSON or packed columns, in the reader's language; who is not known is sent to sign in. */

import type { components } from './api-types'
import { language } from './language.svelte'
import { go, steps } from './place.svelte'
import { unpacked, type Packed } from './packed'

export type Told = components['schemas']
export type Asked = Record<string, string | number | boolean | string[] | undefined>

/** Why there is no answer, in words for the reader. */
export class Problem extends Error {
  constructor(readonly status: number, detail: string) {
    super(detail)
  }
}

/** Who one is; `name` is null where nobody has a login yet. */
export interface Session {
  name: string | null
  role_text?: string
  may?: string[]
  csrf: string | null
}

let csrf: string | null = null

export async function get<T>(path: string, asked: Asked = {}, signal?: AbortSignal): Promise<T> {
  return (await answered('GET', path + query(asked), undefined, signal)).json() as Promise<T>
}

export async function getPacked(path: string, asked: Asked, signal?: AbortSignal): Promise<Packed> {
  return unpacked(await (await answered('GET', path + query(asked), undefined, signal)).arrayBuffer())
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  return (await answered('POST', path, body)).json() as Promise<T>
}

/** Who one is; null where this bobae does not ask it. */
export async function whoAmI(): Promise<Session | null> {
  try {
    const session = await get<Session>('session')
    csrf = session.csrf
    return session
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null
    throw error
  }
}

export async function signIn(name: string, password: string): Promise<Session | null> {
  await answered('POST', 'session', { name, password }, undefined, { signingIn: true })
  return whoAmI()
}

export async function signOut(): Promise<void> {
  await answered('DELETE', 'session')
  csrf = null
  go('/sign-in')
}

function query(asked: Asked): string {
  const written = new URLSearchParams()
  for (const [name, value] of Object.entries(asked)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [String(value)]) written.append(name, one)
  }
  return written.size ? `?${written}` : ''
}

async function answered(method: string, path: string, body?: unknown, signal?: AbortSignal, { signingIn = false } = {}): Promise<Response> {
  const headers: Record<string, string> = { 'Accept-Language': language() }
  if (method !== 'GET') headers['Content-Type'] = 'application/json'
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf
  const answer = await fetch(`/api/v1/${path}`, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) })
  if (answer.ok) return answer
  if (answer.status === 401 && !signingIn && steps()[0] !== 'sign-in')
    go(`/sign-in?back=${encodeURIComponent(location.pathname + location.search)}`)
  const told = (await answer.json().catch(() => ({}))) as { detail?: string }
  throw new Problem(answer.status, told.detail ?? answer.statusText)
}
