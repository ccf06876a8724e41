import t from 'tap'
import { printable, redactedQuery } from '../../../lib/authoring/observation/redaction.ts'

t.test('redacts parameters by name, in any case and however they are written', async (t) => {
  const secrets = new Set(['token', 'e mail'])
  const table: [string, string][] = [
    ['', ''],
    ['a=1&b', 'a=1&b'],
    ['token=x&a=1', 'token=[redacted]&a=1'],
    ['TOKEN=x', 'TOKEN=[redacted]'],
    ['%74oken=x', '%74oken=[redacted]'],
    ['e+mail=x&e%20mail=y', 'e+mail=[redacted]&e%20mail=[redacted]'],
    ['a=1&token=x=y', 'a=1&token=[redacted]'],
    ['token', 'token'],
    ['=x&token2=y', '=x&token2=y'],
  ]
  for (const [query, written] of table) t.equal(redactedQuery(query, secrets), written)
})

t.test('escapes control characters, line ends and direction marks', async (t) => {
  t.equal(printable('plain ü 漢 \\n'), 'plain ü 漢 \\n')
  t.equal(
    printable('\0\t\r\n\u001b[0m\u007f\u0085\u009b'),
    '\\u0000\\u0009\\u000d\\u000a\\u001b[0m\\u007f\\u0085\\u009b',
  )
  t.equal(printable('\u2028\u2029\u202e\u2066'), '\\u2028\\u2029\\u202e\\u2066')
})
