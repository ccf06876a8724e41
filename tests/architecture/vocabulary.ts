// Plain English: one idea a sentence, subject before verb, no riddles. These words came up in most riddles.
import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { filesIn } from '../support/sources.ts'

const RIDDLES = /\b(?:nobody|somebody|whoever|is none|what is no|who has none|are none)\b/i

/** Names and titles that stand elsewhere. */
const QUOTED = /`[^`]*`/g

const PAGES = [
  ...['README.md', 'SPEC.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

t.test('docs and comments use plain words', async (t) => {
  for (const file of [...PAGES, ...filesIn('lib').map((name) => `lib/${name}`)]) {
    const lines = readFileSync(file, 'utf8').split('\n')
    const riddles = lines.filter((line) => RIDDLES.test(line.replaceAll(QUOTED, '')))
    t.same(riddles, [], file)
  }
})
