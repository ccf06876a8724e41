import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { framesOf } from '../../lib/errors/frames.ts'

/** An error with this stack, as if it had been thrown there. */
function errorAt(message: string, ...places: string[]): Error {
  const error = new Error(message)
  error.stack = [`Error: ${message}`, ...places.map((place) => `    at ${place}`)].join('\n')
  return error
}

const LINES = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`).join('\n')

t.test('shows four lines of source on either side, and marks the line in the middle', async (t) => {
  const file = `${t.testdir({ 'a.js': LINES })}/a.js`

  const [frame] = framesOf(errorAt('kaput', `work (${file}:10:3)`))

  t.equal(frame?.place, `at work (${file}:10:3)`)
  t.same(
    frame?.lines.map(({ number }) => number),
    [6, 7, 8, 9, 10, 11, 12, 13, 14],
  )
  t.same(
    frame?.lines.filter(({ marked }) => marked),
    [{ number: 10, text: 'line 10', marked: true }],
  )
})

t.test('does not read beyond the ends of the file', async (t) => {
  const file = `${t.testdir({ 'a.js': LINES })}/a.js`
  const numbers = (line: number) =>
    framesOf(errorAt('kaput', `${file}:${line}:1`))[0]?.lines.map(({ number }) => number)

  t.same(numbers(1), [1, 2, 3, 4, 5])
  t.same(numbers(20), [16, 17, 18, 19, 20])
  t.same(numbers(99), [])
})

t.test('reads files in every form that stacks use', async (t) => {
  const folder = t.testdir({})
  const file = `${folder}/with space é.js`
  writeFileSync(file, LINES)
  const url = pathToFileURL(file).href

  for (const place of [
    `${file}:2:1`,
    `work (${file}:2:1)`,
    `${url}:2:1`,
    `async ${url}:2:1`,
    `async work (${url}:2:1)`,
    `new Thing (${url}:2:1)`,
    `Object.work [as done] (${url}:2:1)`,
  ]) {
    const [frame] = framesOf(errorAt('kaput', place))

    t.equal(frame?.lines.find(({ marked }) => marked)?.text, 'line 2', place)
  }
})

t.test('shows only the position if there is no source to read', async (t) => {
  const places = [
    'node:internal/process/task_queues:95:5',
    'work (/nowhere/at/all.js:1:1)',
    'work (C:\\nowhere\\a.js:1:1)',
    'work (file:///C:/nowhere/a.js:1:1)',
    'work (file:///%zz/a.js:1:1)',
    'work (file://host:1:1)',
    'Array.map (<anonymous>)',
    'work (native)',
  ]

  const frames = framesOf(errorAt('kaput', ...places))

  t.same(
    frames.map(({ place, lines }) => [place, lines.length]),
    places.map((place) => [`at ${place}`, 0]),
  )
})

t.test("opens the innermost frame of the application's own code", async (t) => {
  const frames = framesOf(
    errorAt(
      'kaput',
      'emit (node:events:1:1)',
      'f (/app/node_modules/x/index.js:1:1)',
      'mine (/app/a.js:1:1)',
      'mine (/app/b.js:1:1)',
    ),
  )

  t.same(
    frames.map(({ open }) => open),
    [false, false, true, false],
  )
})

t.test('an error starts at the frame where it was created', async (t) => {
  const [frame] = framesOf(new Error('kaput'))

  t.match(frame?.place, /tests\/errors\/frames/)
  t.equal(frame?.open, true)
  t.match(frame?.lines.find(({ marked }) => marked)?.text, /new Error\('kaput'\)/)
})

t.test('a value that is not an error has no frames', async (t) => {
  const withoutStack = new Error('kaput')
  withoutStack.stack = undefined as unknown as string

  t.same(framesOf('text'), [])
  t.same(framesOf(undefined), [])
  t.same(framesOf(withoutStack), [])
})

// Advisory row 114: a message may hold what a client has sent.
t.test('an error message cannot make it show files', async (t) => {
  const file = `${t.testdir({ 'secret.txt': LINES })}/secret.txt`
  const message = `no such user\n    at x (${file}:3:1)`

  const frames = framesOf(new Error(message))
  const changed = new Error('first')
  changed.stack = `Error: first\n    at x (${file}:3:1)`
  changed.message = 'second'

  t.notMatch(
    frames.map(({ place }) => place),
    [/secret/],
  )
  t.notOk(frames.some(({ lines }) => lines.some(({ text }) => text === 'line 3')))
  t.same(framesOf(changed), [], 'a stack that cannot be told from its message')
})
