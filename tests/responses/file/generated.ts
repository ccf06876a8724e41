// Files that do not say their size, or may not be read.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { FileResponse } from '../../../lib/responses.ts'
import { folderOf } from '../../support/folder.ts'
import { httpScope } from '../../support/scopes.ts'
import { bodies, fieldsOf, sent } from '../../support/sentfiles.ts'

const folder = folderOf(t, {})

for (const name of ['/proc/sys/kernel/ostype', '/sys/kernel/cpu_byteorder']) {
  t.test(`${name}, whose size is unknown, is sent with its content`, (t) => generated(t, name))
}

t.test('a file without permission is the same error for each method', async (t) => {
  if (process.getuid?.() === 0) return t.comment('root may read everything')
  const secret = join(folder, 'secret.txt')
  writeFileSync(secret, 'secret', { mode: 0o000 })
  for (const method of ['GET', 'HEAD']) {
    await t.rejects(
      sent(new FileResponse(secret), httpScope({ method })),
      /cannot be read \(EACCES\)/,
    )
  }
})

async function generated(t: Test, name: string): Promise<void> {
  if (!existsSync(name)) return void t.comment('this system has none')
  const content = readFileSync(name, 'utf8')
  const response = new FileResponse(name)
  const messages = await sent(response)
  t.equal(fieldsOf(messages).get('content-length'), String(content.length))
  t.equal(bodies(messages).toString(), content)
  const head = await sent(response, httpScope({ method: 'HEAD' }))
  t.equal(fieldsOf(head).get('content-length'), String(content.length))
  t.equal(bodies(head).byteLength, 0)
  const etag = fieldsOf(messages).get('etag') ?? ''
  const same = await sent(response, httpScope({ headers: ['if-none-match', etag] }))
  t.match(same[0], { status: 304 })
  const part = await sent(response, httpScope({ headers: ['range', 'bytes=1-2'] }))
  t.equal(bodies(part).toString(), content.slice(1, 3))
}
