// What the shipped declarations need: no DOM, and no types of packages that users may not have.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { compile } from '../support/compiler.ts'

interface Manifest {
  readonly exports: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
}

const { exports, peerDependencies }: Manifest = JSON.parse(readFileSync('package.json', 'utf8'))

const PUBLIC = Object.values(exports)
  .filter((target) => target.endsWith('.js'))
  .map((target) => path.posix.normalize(target.replace(/\.js$/, '.d.ts')))

/** What the declarations that are seen from a file import of others than this package. */
function packagesOf(entry: string): string[] {
  const files = new Set([entry])
  const packages = new Set<string>()
  for (const file of files) {
    // Without comments, whose examples import what readers have.
    const source = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
    for (const [, one, other] of source.matchAll(
      /\bfrom ["']([^"']+)["']|\bimport\(["']([^"']+)["']\)/g,
    )) {
      const specifier = one ?? other ?? ''
      if (specifier.startsWith('.')) {
        const target = path.posix.join(path.posix.dirname(file), specifier)
        files.add(target.replace(/\.[jt]s$/, '.d.ts'))
      } else if (!specifier.startsWith('node:')) packages.add(specifier)
    }
  }
  return [...packages]
}

t.test('declarations name no package except the peer of their own subpath', async (t) => {
  t.ok(PUBLIC.length > 50)
  const named = PUBLIC.flatMap((file) => packagesOf(file).map((name) => `${file}: ${name}`))
  t.same(
    named.filter(
      (line) => !Object.keys(peerDependencies).some((peer) => line.endsWith(`: ${peer}`)),
    ),
    [],
  )
  t.ok(named.length <= Object.keys(peerDependencies).length, named.join('\n'))
})

t.test('declarations compile without skipLibCheck and without the DOM', async (t) => {
  const folder = t.testdir({})
  const imports = PUBLIC.map((file, index) => {
    const target = path.relative(folder, file.replace(/\.d\.ts$/, '.js'))
    return `export * as m${index} from '${target}'`
  })
  writeFileSync(path.join(folder, 'all.ts'), imports.join('\n'))
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
  const compilerOptions = {
    ...{ target: 'es2022', lib: ['es2023'], types: ['node'], module: 'nodenext', noEmit: true },
    ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
  }
  writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['all.ts'] }),
  )
  t.equal(await compile(folder), '')
})
