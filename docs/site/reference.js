// Writes the reference from the docstrings, one page for each subpath: `node docs/site/reference.js`.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Application } from 'typedoc'
import { anchorsOf } from './slug.js'

const HERE = path.dirname(fileURLToPath(import.meta.url))
const ROOT = path.resolve(HERE, '..', '..')

const { exports } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
/** What users import, by the file of lib without its ending. */
const SUBPATHS = new Map(
  Object.entries(exports)
    .filter(([subpath]) => subpath !== './package.json')
    .map(([subpath, target]) => [
      target.replace(/^\.\/dist\/(.*)\.js$/, '$1'),
      `stellula${subpath.slice(1)}`,
    ]),
)

const OUT = path.join(HERE, 'pages', 'reference')

const app = await Application.bootstrapWithPlugins({
  name: 'Reference',
  entryPoints: [...SUBPATHS.keys()].map((file) => path.join(ROOT, 'lib', `${file}.ts`)),
  tsconfig: path.join(ROOT, 'lib', 'tsconfig.json'),
  compilerOptions: { isolatedDeclarations: false },
  plugin: ['typedoc-plugin-markdown'],
  out: OUT,
  readme: 'none',
  router: 'module',
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  sanitizeComments: true,
  useCodeBlocks: true,
  groupOrder: ['Functions', 'Classes', '*'],
  tableColumnSettings: { hideInherited: true, hideOverrides: true },
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  treatWarningsAsErrors: true,
  validation: { notExported: false, invalidLink: true, notDocumented: false },
  githubPages: false,
  logLevel: 'Warn',
})
const project = await app.convert()
if (project !== undefined) {
  for (const module of project.children ?? [])
    module.name = SUBPATHS.get(module.name) ?? module.name
  await app.generateOutputs(project)
}

/** typedoc counts members and types of one name together, and the site does not: such links lose their number. */
function mendAnchors() {
  const files = readdirSync(OUT, { recursive: true }).filter((name) => name.endsWith('.md'))
  const texts = new Map(files.map((name) => [name, readFileSync(path.join(OUT, name), 'utf8')]))
  const anchors = new Map([...texts].map(([name, text]) => [name, anchorsOf(text)]))
  for (const [name, text] of texts) {
    const mended = text.replace(/\]\(([^)#\s]*)#([\w-]+)-\d+\)/g, (link, target, base) => {
      const to = target === '' ? name : path.join(path.dirname(name), target)
      const anchor = link.slice(link.indexOf('#') + 1, -1)
      return anchors.get(to)?.has(anchor) ? link : `](${target}#${base})`
    })
    if (mended !== text) writeFileSync(path.join(OUT, name), mended)
  }
}

if (project !== undefined) mendAnchors()
if (project === undefined || app.logger.hasErrors() || app.logger.hasWarnings())
  process.exitCode = 1
else console.log(`${SUBPATHS.size} subpaths`)
