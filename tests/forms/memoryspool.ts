import t from 'tap'
import { Spool, save } from '../../lib/forms/memoryspool.ts'

async function contents(spool: Spool, from: number, to: number): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of spool.read(from, to)) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

t.test('gives any range of the written bytes, any number of times', async (t) => {
  const spool = new Spool()
  const large = 'x'.repeat(20_000)
  for (const text of ['hello ', 'world', large, '!']) {
    t.equal(spool.write(Buffer.from(text)), undefined, 'no promise to wait for')
  }
  await spool.flush()

  const whole = `hello world${large}!`
  t.equal(spool.size, whole.length)
  for (const [from, to] of [
    [0, whole.length],
    [0, 5],
    [6, 9],
    [4, 8],
    [10, 12],
    [11, 11],
    [whole.length - 3, whole.length],
  ] as const) {
    t.equal(await contents(spool, from, to), whole.slice(from, to), `${from} to ${to}`)
  }
})

t.test('bytes written during a read are appended', async (t) => {
  const spool = new Spool()
  spool.write(Buffer.from('one'))
  t.equal(await contents(spool, 0, 3), 'one')
  spool.write(Buffer.from('two'))

  t.equal(await contents(spool, 2, 5), 'etw')
})

t.test('nothing is left after close', async (t) => {
  const spool = new Spool()
  spool.write(Buffer.alloc(20_000))
  spool.write(Buffer.alloc(20_000))
  const pieces = spool.read(0, 40_000)
  await pieces.next()
  await spool.close()
  await spool.close()

  t.equal(spool.size, 0)
  await t.rejects(spool.read(0, 1).next(), { message: /closed/ })
  await t.rejects(pieces.next(), { message: /closed while it was read/ })
})

t.test('cannot save a file', async (t) => {
  async function* none(): AsyncGenerator<Uint8Array> {}
  await t.rejects(save('/tmp/x', none(), false), { message: /no file system/ })
})
