/** Where one is: the page's address, read from and written to the browser's own. */

let path = $state(location.pathname)
let asked = $state(location.search)

addEventListener('popstate', read)

function read(): void {
  path = location.pathname
  asked = location.search
}

/** The page, and what comes after it: ['alarms', '12']. */
export function steps(): string[] {
  const found = path.split('/').filter(Boolean)
  return found.length ? found : ['plant']
}

export function parameters(): URLSearchParams {
  return new URLSearchParams(asked)
}

export function go(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  read()
}

/** Have a link of ours be followed without loading the page anew; others, and a click with a key held, as ever. */
export function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest('a')
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey
  if (!link || !plain || event.defaultPrevented || link.target || link.origin !== location.origin) return
  if (link.hash && link.pathname === location.pathname) return
  event.preventDefault()
  go(link.pathname + link.search)
}
