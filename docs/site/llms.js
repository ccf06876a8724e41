// Writes llms.txt, a list of the pages in the package, and llms-full.txt, the text of those that have no file there:
// `node docs/site/llms.js [FOLDER]`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { FOR_PEOPLE, fileOf, GROUPS, IN_PACKAGE, PAGES } from './contents.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const folder = path.resolve(process.argv[2] ?? path.join(ROOT, 'docs'))

const { version, description } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))

/** The text of these pages, and the line on which each begins. */
function inOneFile(names) {
  const lines = []
  const starts = new Map()
  for (const name of names) {
    const file = fileOf(name)
    lines.push(`<!-- ${file} -->`, '')
    starts.set(name, lines.length + 1)
    lines.push(...readFileSync(path.join(ROOT, file), 'utf8').split('\n'))
  }
  return { text: lines.join('\n'), starts }
}

function listOf({ title, pages }, starts) {
  const lines = pages
    .filter(([name]) => !FOR_PEOPLE.includes(name))
    .map(([name, shown, about]) => `- [${shown}](${placeOf(name, starts)}): ${about}`)
  return `## ${title}\n\n${lines.join('\n')}\n`
}

function placeOf(name, starts) {
  const line = starts.get(name)
  return line === undefined ? path.posix.relative('docs', fileOf(name)) : `llms-full.txt#L${line}`
}

const others = [...IN_PACKAGE, ...FOR_PEOPLE]
const { text, starts } = inOneFile(
  PAGES.map(([name]) => name).filter((name) => !others.includes(name)),
)
const head = `# Stellula ${version}

> ${description}. ES modules, Node 20 or newer.

[AGENTS.md](AGENTS.md) has a program and the rules, [README.md](../README.md) an overview. The other pages are in
[llms-full.txt](llms-full.txt); the number after \`#L\` is the line on which a page begins.
`

mkdirSync(folder, { recursive: true })
const lists = GROUPS.map((group) => listOf(group, starts))
writeFileSync(path.join(folder, 'llms.txt'), [head, ...lists].join('\n'))
writeFileSync(path.join(folder, 'llms-full.txt'), text)
