// The site and llms.txt have every page of the documentation.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import t from 'tap'

const PAGES = ['README.md', 'SPEC.md', 'SECURITY.md']
const DOCS = readdirSync('docs').filter((name) => name.endsWith('.md'))

t.test('llms.txt names every page, and llms-full.txt has its text', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stellula-llms-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))

  const { status, stderr } = spawnSync(process.execPath, ['docs/site/llms.js', folder], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  })

  t.equal(stderr, '')
  t.equal(status, 0)
  const list = readFileSync(path.join(folder, 'llms.txt'), 'utf8')
  const links = [...list.matchAll(/^- .*?\]\(([^)]+)\)/gm)].map(([, file = '']) =>
    path.posix.join('docs', file),
  )
  t.same(
    links.filter((file) => !existsSync(file)),
    [],
  )
  const pages = [...PAGES.slice(1), ...DOCS.map((name) => `docs/${name}`)]
  t.same([...links].sort(), pages.sort())
  const full = readFileSync(path.join(folder, 'llms-full.txt'), 'utf8')
  for (const page of [...PAGES, ...pages]) t.ok(full.includes(readFileSync(page, 'utf8')), page)
})
