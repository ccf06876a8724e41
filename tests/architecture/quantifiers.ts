// Every regular expression of the library that repeats something, on input that could make it slow.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { busy } from '../support/linear.ts'

const LITERAL =
  /(?<=[=(:,!&|?[{;]\s*|return\s+)\/(?![*/])((?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n[])+)\/([dgimsuvy]*)/g

/** Patterns of what developers write: templates, paths of routes, options, stacks of errors. */
const OF_DEVELOPERS =
  /^(?:html|routing|convertors|redis|middleware\/(?:errors|lint|secureheaders))\b/

/** A regular expression that looks at each character a few times takes less than a tenth of this. */
const MOST_MS = 30

interface Found {
  readonly file: string
  readonly pattern: RegExp
}

function expressions(): Found[] {
  const lib = join(import.meta.dirname, '../../../lib')
  const files = readdirSync(lib, { recursive: true }).map(String)
  return files
    .filter((file) => file.endsWith('.ts') && !OF_DEVELOPERS.test(file))
    .flatMap((file) => {
      const code = readFileSync(join(lib, file), 'utf8').replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, '')
      return [...code.matchAll(LITERAL)].map(([, source = '', flags]) => ({
        file,
        pattern: new RegExp(source, flags),
      }))
    })
    .filter(({ pattern }) => /[*+]|\{\d+,\}/.test(pattern.source))
}

const PIECES = [' ', '\t', ',', ';', '/', '.', '"', '\\', '=', ':', '<', '%', '-', '0', 'a', '%25']

/** Texts that bring a pattern to where it repeats something. */
function beginnings({ source }: RegExp): string[] {
  const plain = source.replace(/\\[dswb]|[*+?^$()|]|\{[^}]*\}/g, ' ').replace(/\\(?=\W)/g, '')
  const words = plain.match(/[A-Za-z0-9]{2,}/g) ?? []
  const all = ['', ...PIECES, ...words, ...words.map((word) => `${word}=x`)]
  return [...new Set([...all, '/.', 'a=b;', 'a=b; path=x', 'a="', ',<', 'text/'])]
}

/** Whether any of the texts takes long, each repeated, behind a beginning, and with a last straw. */
function slowest({ pattern }: Found, length: number): string {
  for (const beginning of beginnings(pattern)) {
    for (const piece of PIECES) {
      const text = `${beginning}${piece.repeat(length / piece.length)}\u0000x`
      const start = busy()
      pattern.lastIndex = 0
      if (pattern.global) text.replace(pattern, '')
      else pattern.exec(text)
      const took = busy() - start
      if (took > MOST_MS && again(pattern, text) > MOST_MS)
        return JSON.stringify([beginning, piece])
    }
  }
  return ''
}

function again(pattern: RegExp, text: string): number {
  const start = busy()
  pattern.lastIndex = 0
  pattern.exec(text)
  return busy() - start
}

t.test('every regular expression looks at each character only a few times', async (t) => {
  const all = expressions()
  t.ok(all.length > 40, `${all.length} were found`)
  for (const each of all) t.equal(slowest(each, 65_536), '', `${each.file}: ${each.pattern}`)
})

t.test('regular expressions that were slow before are recognized', async (t) => {
  const file = 'once'
  const dots = /(?:^|[/\\])[\0-\x20]*\.[\0-\x20]*\.?[\0-\x20]*(?=[/\\;?#]|$)/
  const path = /^(\s*path\s*=\s*)(.*?)\s*$/i
  t.not(slowest({ file, pattern: dots }, 12_000), '')
  t.not(slowest({ file, pattern: path }, 12_000), '')
})
