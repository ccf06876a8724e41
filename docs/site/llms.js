// Writes llms.txt, a list of all pages, and llms-full.txt, their whole text: `node docs/site/llms.js [FOLDER]`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { fileOf, GROUPS, PAGES } from './contents.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const folder = path.resolve(process.argv[2] ?? path.join(ROOT, 'docs'))

const { version, description } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))

function listOf({ title, pages }) {
  const lines = pages.map(
    ([name, shown, about]) =>
      `- [${shown}](${path.posix.relative('docs', fileOf(name))}): ${about}`,
  )
  return `## ${title}\n\n${lines.join('\n')}\n`
}

const HEAD = `# Stellula ${version}\n\n> ${description}. ES modules, Node 20 or newer.\n\nThe text of all pages is in [llms-full.txt](llms-full.txt).\n`

mkdirSync(folder, { recursive: true })
writeFileSync(path.join(folder, 'llms.txt'), [HEAD, ...GROUPS.map(listOf)].join('\n'))

const texts = ['index', ...PAGES.map(([name]) => name)].map((name) => {
  const file = fileOf(name)
  return `<!-- ${file} -->\n\n${readFileSync(path.join(ROOT, file), 'utf8')}`
})
writeFileSync(path.join(folder, 'llms-full.txt'), texts.join('\n'))
