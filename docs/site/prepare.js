// Copies the pages to where VitePress reads them, with links between them as they are there.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ELSEWHERE, fileOf, PAGES } from './contents.js'

const HERE = path.dirname(fileURLToPath(import.meta.url))
const ROOT = path.resolve(HERE, '..', '..')
const TARGET = path.join(HERE, 'pages')

const NAMES = ['index', ...PAGES.map(([name]) => name)]
const PLACES = new Map(NAMES.map((name) => [fileOf(name), name]))

/** A link as it is on the site; what is only in the repository is left as its text. */
function linked(file, text, target) {
  const [to = '', anchor] = target.split('#')
  const place =
    to === '' ? PLACES.get(file) : PLACES.get(path.posix.join(path.posix.dirname(file), to))
  if (place === undefined) return text
  return `[${text}](./${place}.md${anchor === undefined ? '' : `#${anchor}`})`
}

function pageOf(name) {
  const file = fileOf(name)
  const parts = readFileSync(path.join(ROOT, file), 'utf8').split(/(^```.*?^```$)/gms)
  const text = parts.map((part, index) =>
    index % 2 === 1
      ? part
      : part.replace(/(?<!!)\[([^\]]*)\]\((?!https?:)([^)\s]+)\)/g, (_link, text, target) =>
          linked(file, text, target),
        ),
  )
  return text.join('')
}

rmSync(TARGET, { recursive: true, force: true })
mkdirSync(path.join(TARGET, 'reference'), { recursive: true })
cpSync(path.join(ROOT, 'docs', 'plots'), path.join(TARGET, 'plots'), { recursive: true })
for (const name of NAMES) writeFileSync(path.join(TARGET, `${name}.md`), pageOf(name))
console.log(`${NAMES.length} pages, ${Object.keys(ELSEWHERE).length} of them from elsewhere`)
