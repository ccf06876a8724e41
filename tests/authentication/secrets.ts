import t from 'tap'
import { digest, isSame, SecretTable } from '../../lib/authentication/secrets.ts'

t.test('a digest is SHA-256', async (t) => {
  const bytes = Buffer.from(await digest('abc')).toString('hex')

  t.equal(bytes, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

t.test('digests are equal if every byte is equal', async (t) => {
  const bytes = (...list: number[]) => Uint8Array.from(list)

  t.equal(isSame(bytes(1, 2, 3), bytes(1, 2, 3)), true)
  t.equal(isSame(bytes(), bytes()), true)
  for (const other of [bytes(1, 2, 4), bytes(0, 2, 3), bytes(1, 2), bytes(1, 2, 3, 0), bytes()]) {
    t.equal(isSame(bytes(1, 2, 3), other), false)
    t.equal(isSame(other, bytes(1, 2, 3)), false)
  }
})

t.test('a table finds a value only by the whole secret', async (t) => {
  const table = new SecretTable([
    ['one', 1],
    ['two', 2],
  ])

  t.equal(await table.find('one'), 1)
  t.equal(await table.find('two'), 2)
  for (const guess of ['', 'on', 'one ', 'onet', 'One', 'three', 'one'.repeat(1000)]) {
    t.equal(await table.find(guess), undefined, guess)
  }
  t.equal(await new SecretTable([]).find(''), undefined)
})
