import t from 'tap'
import { makeSpool, save } from '../../lib/forms/nodisk.ts'

t.test('there is no temporary file, and no file to save', async (t) => {
  async function* none(): AsyncGenerator<Uint8Array> {}

  t.equal(makeSpool, undefined)
  await t.rejects(save('/tmp/x', none(), false), { message: /no file system/ })
})
