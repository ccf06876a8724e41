import { pathToFileURL } from 'node:url'
import t from 'tap'
import { Headers } from '../../../lib/http/headers.ts'
import { sendFile } from '../../../lib/responses/file/nodisk.ts'
import { RESPONSE } from '../../../lib/responses/response.ts'
import { httpScope } from '../../support/scopes.ts'

t.test('an error says what was used, and what to do', async (t) => {
  for (const path of ['/a/b.txt', pathToFileURL('/a/b.txt')]) {
    const wanted = { path, nameForType: 'b.txt', charset: 'utf-8', stat: undefined, maxRanges: 32 }
    const file = { ...wanted, status: 200, headers: new Headers() }
    await t.rejects(
      sendFile(file, RESPONSE, async () => {}, httpScope()),
      {
        message: /^FileResponse: this runtime has no file system, ".*\/a\/b\.txt" was given\. Send/,
      },
    )
  }
})
