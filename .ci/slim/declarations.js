// Keeps the declarations that a user reaches from a subpath: by an import, or as a type of what is imported.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const COMMENT = /\/\*.*?\*\//gs
/** Of the command, which is a program. */
const FIRST_LINE = /^#!.*\n/
const TEXT = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g
const LINK = /^(import|export)( type)? (\{[^}]*\}|\*(?: as [\w$]+)?|[\w$]+)(?: from '([^']+)')?$/
const NAMED =
  /^(?:export )?(?:declare )?(?:abstract )?(?:function|const|class|interface|type) ([\w$]+)/

/** Rewrites the declarations of a folder; `entries` are the files that users import. */
export function keepReached(folder, entries) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.d.ts'))
  const modules = new Map(names.map((name) => moduleOf(path.join(folder, name))))
  const imported = importable(modules, entries)
  const reached = reachedFrom(modules, imported)
  for (const [file, statements] of modules) {
    const text = statements.map((statement) => printed(statement, imported, reached)).join('')
    if (/[a-z]/.test(text.replace('export {}', ''))) writeFileSync(file, text)
    else rmSync(file)
  }
}

/** The statements of a file, each with the comment in front of it; none begins with white space. */
function moduleOf(file) {
  const statements = []
  let comment = ''
  const content = readFileSync(file, 'utf8').replace(FIRST_LINE, '')
  for (const text of content.split(/^(?=\/\*\*|[a-z])/m)) {
    const code = text.replace(COMMENT, '').trim()
    if (code === '') comment += text
    else {
      statements.push(statementOf(file, comment, text, code))
      comment = ''
    }
  }
  return [file, statements]
}

function statementOf(file, comment, text, code) {
  if (code === 'export {}') return { file, text }
  const link = LINK.exec(code)
  if (link !== null) return { file, comment, ...linkOf(file, link) }
  const [, name] = NAMED.exec(code) ?? []
  if (name === undefined) throw new Error(`${file}: cannot read ${code}`)
  const uses = new Set(code.replace(TEXT, '').match(/[\w$]+/g))
  return { file, comment, text, name, uses, isExported: code.startsWith('export') }
}

function linkOf(file, [, verb, type = '', list, target]) {
  const texts = list
    .replace(/[{}]/g, '')
    .split(',')
    .map((text) => text.trim())
  const names = texts.filter((text) => text !== '').map(named)
  return { verb, type, target, names, list, from: sourceOf(file, target) }
}

function sourceOf(file, target) {
  if (target === undefined) return file
  return path.resolve(path.dirname(file), target.replace(/\.[jt]s$/, '.d.ts'))
}

function named(text) {
  const [theirs, ours = theirs] = text.replace(/^type /, '').split(' as ')
  return { text, theirs, ours }
}

/** What `import { … }` can name: the statements that declare it, and the names that pass it on. */
function importable(modules, entries) {
  const found = new Set()
  const find = once((file, wanted) => {
    for (const statement of modules.get(file) ?? []) {
      if (statement.isExported && [undefined, statement.name].includes(wanted)) found.add(statement)
      if (wanted === undefined && statement.verb === 'import') continue
      for (const link of matching(statement, wanted)) {
        found.add(link)
        find(statement.from, link.ours === '*' ? wanted : link.theirs)
      }
    }
  })
  for (const entry of entries) find(entry)
  return found
}

/** These, and all that they name, as far as it goes. A name too many costs bytes, one too few fails to compile. */
function reachedFrom(modules, imported) {
  const reached = new Set(imported)
  const use = once((file, name) => {
    for (const statement of modules.get(file) ?? []) {
      if (statement.name === name) reached.add(statement)
      for (const link of matching(statement, name)) {
        reached.add(link)
        use(statement.from, link.ours === '*' ? name : link.theirs)
      }
    }
  })
  for (const { file, uses } of reached) for (const name of uses ?? []) use(file, name)
  return reached
}

function matching({ names = [] }, wanted) {
  return names.filter(({ ours }) => wanted === undefined || ours === wanted || ours === '*')
}

/** Calls a function once for each pair of a file and a name. */
function once(look) {
  const seen = new Set()
  return (file, name) => {
    const size = seen.size
    if (seen.add(`${file} ${name}`).size > size) look(file, name)
  }
}

/** A comment on what cannot be imported is shown nowhere; those on its members are. */
function printed(statement, imported, reached) {
  if (statement.names === undefined) return declaration(statement, imported, reached)
  const names = statement.names.filter((name) => reached.has(name)).map(({ text }) => text)
  if (names.length === 0) return ''
  const { comment, verb, type, target } = statement
  const list = statement.list.startsWith('{') ? `{${names.join(', ')}}` : names[0]
  const from = target === undefined ? '' : ` from '${target}'`
  return `${verb === 'export' ? comment : ''}${verb}${type} ${list}${from}\n`
}

function declaration(statement, imported, reached) {
  if (statement.name !== undefined && !reached.has(statement)) return ''
  return imported.has(statement) ? statement.comment + statement.text : statement.text
}
