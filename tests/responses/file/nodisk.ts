import { pathToFileURL } from 'node:url'
import t from 'tap'
import { absolutePath } from '../../../lib/responses/file/nodisk.ts'

t.test('says what was asked for, and what to do', async (t) => {
  for (const path of ['/a/b.txt', pathToFileURL('/a/b.txt')]) {
    t.throws(() => absolutePath(path), {
      message: /^FileResponse: this runtime has no file system, ".*\/a\/b\.txt" was given\. Answer/,
    })
  }
})
