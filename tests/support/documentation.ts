// What the documentation shows: the programs of its pages and the examples of doc comments.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { filesIn } from './sources.ts'

export interface Program {
  readonly name: string
  readonly source: string
  /** What it prints, line by line, as the comments behind `// →` tell. */
  readonly output: string
}

/** The pages whose blocks are run. */
const PAGES = ['README.md', 'SPEC.md', ...pagesIn('docs')]

function pagesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.md'))
  return names.sort().map((name) => path.join(folder, name))
}

/** The blocks of a page, which stand in its order. */
function programsOf(page: string): Program[] {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)]
  return blocks.map(([, source = ''], index) => ({
    name: `${path.basename(page, '.md').toLowerCase()}-${index + 1}`,
    source,
    output: [...source.matchAll(/\/\/ → (.*)$/gm)].map(([, line = '']) => `${line}\n`).join(''),
  }))
}

/** What an example may use without importing it: everything public, the front door first. */
const SUBPATHS: readonly string[] = Object.keys(
  JSON.parse(readFileSync('package.json', 'utf8')).exports as object,
)
  .filter((subpath) => subpath !== './package.json')
  .map((subpath) => subpath.slice(1))
  .filter((subpath) => !/^\/servers\/(?:bun|deno)$/.test(subpath))

/** Examples are fragments: what they leave open is set by the stage, which is loaded first. */
async function examplePrograms(): Promise<Program[]> {
  const names = await publicNames()
  const programs: Program[] = []
  for (const file of filesIn('lib')) {
    const source = readFileSync(path.join('lib', file), 'utf8')
    const examples = [...source.matchAll(/^ *\* @example\n((?: *\*(?!\/| @).*\n)+)/gm)]
    if (examples.length === 0) continue
    const own = await ownNames(file)
    for (const [index, [, lines = '']] of examples.entries()) {
      const hidden = new Set([...own.keys(), ...declaredIn(lines)])
      const others = [...own, ...names].filter(
        ([name, module]) => !hidden.has(name) || own.get(name) === module,
      )
      const used = others.filter(([name]) => !declaredIn(lines).includes(name))
      const header = [...headerOf(lines), ...importsOf(new Map(used))].join('\n')
      programs.push({
        name: `example-${file.replace(/\.ts$/, '').replaceAll('/', '-')}-${index + 1}`,
        source: `${header}\n${lines.replaceAll(/^ *\* ?/gm, '')}export {}\n`,
        output: '',
      })
    }
  }
  return programs
}

/** What every example has, and the schema library of those that have schemas. */
function headerOf(lines: string): string[] {
  const header = [
    "import './stage.ts'",
    "import type { ApiOf, App, Jsonified, Middleware, PathParams } from './types.ts'",
  ]
  return /\bz\./.test(lines) ? [...header, "import * as z from 'zod'"] : header
}

/** The names that an example declares itself. */
function declaredIn(lines: string): string[] {
  return [...lines.matchAll(/\b(?:const|let|using|function|class) (\w+)/g)].map(
    ([, name = '']) => name,
  )
}

/** Each public name with the first module that has it. */
async function publicNames(): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  for (const subpath of SUBPATHS) {
    for (const name of Object.keys(await import(`stellula${subpath}`))) {
      if (!names.has(name)) names.set(name, `stellula${subpath}`)
    }
  }
  return names
}

function importsOf(names: ReadonlyMap<string, string>): string[] {
  return [...new Set(names.values())].map((module) => {
    const own = [...names].filter(([, other]) => other === module).map(([name]) => name)
    return `import { ${own.join(', ')} } from '${module}'`
  })
}

/** An example may use what its own file exports, public or not. */
async function ownNames(file: string): Promise<Map<string, string>> {
  const built = file.replace(/\.ts$/, '.js')
  const names = Object.keys(await import(path.resolve('dist', built)))
  return new Map(names.map((name) => [name, `../../dist/${built}`]))
}

const TYPES =
  "export type { App, Middleware } from 'stellula'\nexport type { PathParams } from 'stellula/routing'\nexport type { ApiOf, Jsonified } from 'stellula/client'\n"

/** All of them; the package must be built, since examples import its public names. */
export async function documentedPrograms(): Promise<Program[]> {
  return [...PAGES.flatMap(programsOf), ...(await examplePrograms())]
}

/** Writes programs into an empty folder inside the package, with the configuration of a compiler. */
export function writePrograms(folder: string, programs: readonly Program[], config: object): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(path.join(folder, 'types.ts'), TYPES)
  writeFileSync(
    path.join(folder, 'stage.ts'),
    readFileSync(path.join('tests', 'support', 'stage.txt')),
  )
  for (const { name, source } of programs) writeFileSync(path.join(folder, `${name}.ts`), source)
}
