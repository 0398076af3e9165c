/** Who one is: by their login; or, while nobody has one, by the name that they gave on this computer. */

import { whoAmI, type Session } from './api'

const KEPT = 'bobae.by'
let session = $state<Session | null>(null)
let given = $state(localStorage.getItem(KEPT) ?? '')

export function current(): Session | null {
  return session
}

/** The name that stands beside what one does; '' as long as it is not known. */
export function by(): string {
  return session?.name ?? given
}

export function callMe(name: string): void {
  given = name.trim()
  localStorage.setItem(KEPT, given)
}

export function take(found: Session | null): void {
  session = found
}

export async function look(): Promise<void> {
  session = await whoAmI()
}
