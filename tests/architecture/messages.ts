// Errors say where, what is wrong and what to do. docs/messages.md explains the common ones.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { filesIn } from '../support/sources.ts'

/** A text that is given to an error of misuse, as it stands in the source; several parts are joined by `+`. */
const THROWN =
  /new (?:TypeError|RangeError)\(\s*((?:(?:`(?:\\.|[^`\\])*`|'(?:\\.|[^'\\])*'|"[^"]*")(?:\s*\+\s*)?)+)/g

/** `<where>: <what is wrong>. <what to do>.`, or a question. A place that begins with a value may be one. */
const FORM = /^(?:[^:]+: |…).*[.?!…]["”)]? .*[.?)…]$/s

/** What only a fault of this library itself can cause, and parts of messages that are put together elsewhere. */
const OTHERS = ['config/casts', 'operations/jsonforms', 'responses/file/disk', 'routing/tree']

function messagesOf(source: string): string[] {
  const code = source.replace(/^ *\*.*$/gm, '')
  return [...code.matchAll(THROWN)].map(([, text = '']) =>
    text
      .replace(/\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g, '…')
      .replace(/[`'"]\s*\+\s*[`'"]/g, '')
      .trim()
      .slice(1, -1),
  )
}

t.test('errors say where, what is wrong and what to do', async (t) => {
  let found = 0
  for (const file of filesIn('lib')) {
    if (OTHERS.includes(file.replace(/\.ts$/, ''))) continue
    const messages = messagesOf(readFileSync(`lib/${file}`, 'utf8'))
    found += messages.length
    t.same(
      messages.filter((message) => !FORM.test(message)),
      [],
      file,
    )
  }
  t.ok(found > 100)
})
