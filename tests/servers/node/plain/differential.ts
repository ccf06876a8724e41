// Plain exchanges against node:http: the same bytes to both, and the same answers, calls and ends.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { env } from 'node:process'
import t from 'tap'
import { conversing } from '../../../support/compared.ts'
import { conversation } from '../../../support/conversations.ts'
import { runs } from '../../../support/runs.ts'

/** About two exchanges each. More by the environment, to search for hours. */
const COUNT = Number(env['STELLULA_TEST_CONVERSATIONS'] ?? runs(300))
const FIRST = Number(env['STELLULA_TEST_SEED'] ?? 1)

/** How many connections are open at once. */
const ATONCE = 100

/** Calls one after the other, some at once. */
async function all(count: number, call: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) await call(next++)
  }
  await Promise.all(Array.from({ length: ATONCE }, worker))
}

t.test(`${COUNT} conversations from seed ${FIRST} on`, { timeout: COUNT * 200 }, async (t) => {
  const plain = await conversing({ shortcuts: true })
  const node = await conversing({ shortcuts: false })
  let answers = 0
  let calls = 0
  let readByNode = 0
  const note = (): void => {
    readByNode++
  }
  subscribe('http.server.request.start', note)
  t.teardown(() => unsubscribe('http.server.request.start', note))
  const faults: unknown[] = []
  await all(COUNT, async (index) => {
    const pieces = conversation(FIRST + index)
    const [ours, theirs] = await Promise.all([plain(pieces), node(pieces)])
    answers += ours.answers.split('HTTP/1.1 ').length - 1
    calls += ours.calls.length + theirs.calls.length
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
      faults.push({ seed: FIRST + index, pieces, ours, theirs })
    }
  })

  t.same(faults.slice(0, 3), [])
  t.equal(faults.length, 0)
  t.ok(calls - readByNode > calls / 20, 'a good part is read without node:http')
  t.comment(`${answers} answers, of ${calls} calls ${calls - readByNode} without node:http`)
})
