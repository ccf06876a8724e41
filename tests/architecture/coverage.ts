// Each row of the table of coverage leads to a test that is there, or says why there is none.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'

const PAGE = 'docs/coverage.md'
const ROW = /^\| ((?:[A-Z0-9]+-)+\d+) \| (.+?) \| (.+) \|$/
const TEST = /^\[([\w/-]+)\]\((\S+)\): `(.+)`$/
const REASON = /^not applicable: \S.{10,}$/

const lines = readFileSync(PAGE, 'utf8').split('\n')
const rows = lines
  .filter((line) => line.startsWith('|') && !/^\| id \||^\|---/.test(line))
  .map((line) => ({ line, cells: ROW.exec(line) }))

/** A title as it is written in the source: a quote of its own is escaped there. */
function isIn(source: string, title: string): boolean {
  return source.includes(title) || source.includes(title.replaceAll("'", "\\'"))
}

t.test('every row has a unique id, a behaviour, and a test or a reason', async (t) => {
  const ids = new Set<string>()
  for (const { line, cells } of rows) {
    const [, id = '', behaviour = '', proof = ''] = cells ?? []
    if (id === '' || ids.has(id)) t.fail(`a row without an id of its own: ${line}`)
    if (behaviour.length < 4) t.fail(`a row without a behaviour: ${line}`)
    if (!TEST.test(proof) && !REASON.test(proof)) t.fail(`neither a test nor a reason: ${line}`)
    ids.add(id)
  }
  t.ok(ids.size > 600, `${ids.size} rows`)
})

t.test('every test that a row names exists with this title', async (t) => {
  const sources = new Map<string, string>()
  let found = 0
  for (const { cells } of rows) {
    const [, id = '', , proof = ''] = cells ?? []
    const [, name = '', link = '', title = ''] = TEST.exec(proof) ?? []
    if (link === '') continue
    const file = path.posix.join(path.posix.dirname(PAGE), link)
    t.equal(file, `tests/${name}.ts`, id)
    if (!existsSync(file)) {
      t.fail(`${id}: ${file} is no test`)
      continue
    }
    const source = sources.get(file) ?? readFileSync(file, 'utf8')
    sources.set(file, source)
    if (!isIn(source, title.replaceAll('\\|', '|'))) t.fail(`${id}: ${file} has no "${title}"`)
    found++
  }
  t.ok(found > 500, `${found} tests`)
})
