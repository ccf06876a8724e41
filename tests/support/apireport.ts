// The public declarations as one text: what each subpath exports, and the types behind it.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type Declarations, type Link, readDeclarations } from './statements.ts'

const HEADING = `# Public declarations

What users can rely on, by subpath; \`npm run api\` writes this file and \`npm run check\` compares it. A
change here is a change of a promise.
`

const files = new Map<string, Declarations>()

function declarationsIn(file: string): Declarations {
  const known = files.get(file)
  if (known !== undefined) return known
  const resolve = (specifier: string): string =>
    specifier.startsWith('.')
      ? path.posix.join(path.posix.dirname(file), specifier).replace(/\.[jt]s$/, '.d.ts')
      : specifier
  const read = readDeclarations(readFileSync(path.join('dist', file), 'utf8'), file, resolve)
  files.set(file, read)
  return read
}

/** Where a name is declared: follows imports and re-exports; undefined if another package declares it. */
function originOf({ file, there }: Link): Link | undefined {
  if (!file.endsWith('.d.ts') || there === '*') return undefined
  const { declared, imported, exported } = declarationsIn(file)
  const next = imported.get(there) ?? exported.get(there)
  if (declared.has(there)) return { file, there }
  return next === undefined ? undefined : originOf(next)
}

/** All that a file exports, with `export *` followed. */
function exportsOf(file: string): [name: string, link: Link][] {
  return [...declarationsIn(file).exported].flatMap(([name, link]): [string, Link][] =>
    name.startsWith('*') ? exportsOf(link.file) : [[name, link]],
  )
}

const keyOf = ({ file, there }: Link): string => `${file}#${there}`

/** The declarations of a name, without the words that only a module needs. */
function textOf({ file, there }: Link): string {
  return (declarationsIn(file).declared.get(there) ?? [])
    .map((text) => text.replace(/^export /, '').replace(/^declare /, ''))
    .map((text) => text.replace(/\bimport\(["'][^"']+["']\)\./g, ''))
    .join('\n')
}

/** The names of this package that a declaration mentions. */
function mentionedIn(origin: Link): Link[] {
  const { declared, imported } = declarationsIn(origin.file)
  const words = new Set((declared.get(origin.there) ?? []).join('\n').match(/[A-Za-z_$][\w$]*/g))
  return [...words].flatMap((word) => {
    const link = declared.has(word) ? { file: origin.file, there: word } : imported.get(word)
    return (link && originOf(link)) ?? []
  })
}

/** What a subpath exports, each declaration where it is met first. */
function sectionOf(subpath: string, file: string, homes: Map<string, string>): string {
  const lines = exportsOf(file)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, link]) => {
      const origin = originOf(link)
      if (origin === undefined) return `export { ${name} } from '${link.file}'`
      const home = homes.get(keyOf(origin))
      if (home !== undefined) return `export { ${name} } from '${home}'`
      homes.set(keyOf(origin), subpath)
      return origin.there === name
        ? textOf(origin)
        : `${textOf(origin)}\nexport { ${origin.there} as ${name} }`
    })
  return `## ${subpath}\n\n\`\`\`ts\n${lines.join('\n')}\n\`\`\`\n`
}

/** What is exported nowhere, but is seen in what is. */
function behind(homes: ReadonlyMap<string, string>): string {
  const seen = new Set(homes.keys())
  const texts: string[] = []
  for (const key of seen) {
    const [file = '', there = ''] = key.split('#')
    if (!homes.has(key)) texts.push(textOf({ file, there }))
    for (const link of mentionedIn({ file, there })) seen.add(keyOf(link))
  }
  return `## Exported nowhere, but mentioned above\n\n\`\`\`ts\n${texts.sort().join('\n')}\n\`\`\`\n`
}

/** The report of what is in `dist`. */
export function apiReport(): string {
  const { name, exports } = JSON.parse(readFileSync('package.json', 'utf8'))
  const entries = Object.entries<string>(exports)
    .filter(([, target]) => target.endsWith('.js'))
    .map(([subpath, target]): [string, string] => [
      subpath.replace('.', name),
      path.posix.relative('dist', path.posix.normalize(target)).replace(/\.js$/, '.d.ts'),
    ])
  const homes = new Map<string, string>()
  // The front door comes last, so that each declaration is in the section of its own subpath.
  const [front, ...others] = entries
  const sections = [...others, ...(front ? [front] : [])].map(([subpath, file]) =>
    sectionOf(subpath, file, homes),
  )
  return [HEADING, ...sections, behind(homes)].join('\n')
}
