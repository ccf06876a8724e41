// Each link of the documentation leads to a page and a heading that are there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'

const PAGES = [
  ...['README.md', 'SPEC.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** The anchors of a page: its headings as the hosts of repositories write them. */
function anchorsOf(page: string): string[] {
  const text = readFileSync(page, 'utf8').replace(/^```.*?^```$/gms, '')
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

t.test('links lead to existing pages and headings', async (t) => {
  let found = 0
  for (const page of PAGES) {
    const text = readFileSync(page, 'utf8').replace(/^```.*?^```$/gms, '')
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)) {
      found++
      const [file = '', anchor] = target.split('#')
      const there = file === '' ? page : path.posix.join(path.posix.dirname(page), file)
      if (!existsSync(there)) t.fail(`${page}: ${target} is no page`)
      else if (anchor !== undefined && !anchorsOf(there).includes(anchor)) {
        t.fail(`${page}: ${target} is no heading`)
      }
    }
  }
  t.ok(found > 30)
})
