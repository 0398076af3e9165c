// After the build: the list of pages that the server answers with index.html, and a .gz beside each file it makes shorter.
import { copyFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const built = new URL('../../src/bobae/api/console/', import.meta.url).pathname
copyFileSync(new URL('../src/pages.json', import.meta.url), join(built, 'pages.json'))
for (const name of readdirSync(built, { recursive: true })) {
  const file = join(built, name)
  if (!statSync(file).isFile() || name === 'pages.json') continue
  const body = readFileSync(file)
  const packed = gzipSync(body, { level: 9 })
  if (packed.length < body.length) writeFileSync(`${file}.gz`, packed)
}
