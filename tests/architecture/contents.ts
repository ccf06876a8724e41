// The package has every page that a program's author needs, once, and llms.txt says where.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import t from 'tap'

/** Those that the package has as files. */
const FILES = ['SPEC.md', 'SECURITY.md', 'docs/AGENTS.md']
/** For people who choose, learn or set up machines, and a table of links to tests, which are in the repository alone. */
const NOT_SHIPPED = [
  'tutorial.md',
  'comparison.md',
  'performance.md',
  'deployment.md',
  'coverage.md',
  'AGENTS.md',
]
const PAGES = readdirSync('docs').filter(
  (name) => name.endsWith('.md') && !NOT_SHIPPED.includes(name),
)

t.test(
  'llms.txt names each page of the package, in llms-full.txt or in a file of its own',
  async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'stellula-llms-'))
    t.teardown(() => rmSync(folder, { recursive: true, force: true }))

    const { status, stderr } = spawnSync(process.execPath, ['docs/site/llms.js', folder], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    })

    t.equal(stderr, '')
    t.equal(status, 0)
    const list = readFileSync(path.join(folder, 'llms.txt'), 'utf8')
    const full = readFileSync(path.join(folder, 'llms-full.txt'), 'utf8')
    const links = [...list.matchAll(/^- \[.*?\]\(llms-full\.txt#L(\d+)\): \S/gm)]
    const listed = links.map(([, line]) => full.split('\n').slice(Number(line) - 1))
    t.equal(listed.length, PAGES.length)
    for (const page of PAGES) {
      const text = readFileSync(path.join('docs', page), 'utf8')
      t.ok(
        listed.some((lines) => lines.join('\n').startsWith(text)),
        `${page} is found by its line`,
      )
    }
    const { files } = JSON.parse(readFileSync('package.json', 'utf8'))
    for (const file of FILES) {
      t.match(list, `](${path.posix.relative('docs', file)}): `)
      t.ok(files.includes(file) || files.includes(`/${file}`), `${file} is in the package`)
      t.notOk(full.includes(readFileSync(file, 'utf8')), `${file} is not repeated`)
    }
  },
)
