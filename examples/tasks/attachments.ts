// Files of tasks. They are in the database, so that a transaction and a backup have them too.
import { Route } from 'stellula'
import type { UploadFile } from 'stellula/forms'
import { file, multipart, operation, reply } from 'stellula/operations'
import { Problem } from 'stellula/problems'
import { contentDisposition } from 'stellula/responses'
import * as z from 'zod'
import { caller } from './access.ts'
import { transaction } from './database.ts'
import type { Database } from './tables.ts'
import { visibleTask } from './visible.ts'

const Attachment = z
  .object({ id: z.int(), name: z.string(), type: z.string(), size: z.int() })
  .meta({ id: 'Attachment' })
const SHOWN = ['id', 'name', 'type', 'size'] as const
const MB = 1_000_000

const upload = multipart(z.object({}), { maxSize: 6 * MB, files: { file: { maxSize: 5 * MB } } })
const needed = { caller, db: transaction }

/** The type that the client has named, if it is one. */
function typeOf({ contentType }: UploadFile): string {
  const isType = contentType !== null && /^[\w.+-]+\/[\w.+-]+$/.test(contentType)
  return isType ? contentType : 'application/octet-stream'
}

function attachment(db: Database, task: number, id: number) {
  return db.selectFrom('attachments').where('task', '=', task).where('id', '=', id)
}

const noSuchFile = () => new Problem({ status: 404, title: 'No such attachment' })

export const attachmentRoutes = [
  Route('/tasks/{id:int}/attachments', {
    get: operation(
      { use: needed, responses: { 200: z.array(Attachment), 404: Problem } },
      async ({ params, caller: { user }, db }) => {
        const { id } = await visibleTask(db, user, params.id)
        const all = db.selectFrom('attachments').select(SHOWN).where('task', '=', id)
        return await all.orderBy('id').execute()
      },
    ),
    post: operation(
      { body: upload, use: needed, responses: { 201: Attachment, 404: Problem } },
      async ({ params, body, caller: { user }, db }) => {
        const { id: task } = await visibleTask(db, user, params.id)
        const { safeName: name, size } = body.file
        const content = await body.file.bytes()
        const row = { task, name, type: typeOf(body.file), size, content }
        const made = db.insertInto('attachments').values(row).returning(SHOWN)
        return await made.executeTakeFirstOrThrow()
      },
    ),
  }),
  Route('/tasks/{id:int}/attachments/{file:int}', {
    get: operation(
      { use: needed, responses: { 200: file('application/octet-stream'), 404: Problem } },
      async ({ params, caller: { user }, db }) => {
        const { id } = await visibleTask(db, user, params.id)
        const found = attachment(db, id, params.file).selectAll()
        const { name, type, content } = await found.executeTakeFirstOrThrow(noSuchFile)
        const headers = {
          'content-type': type,
          'content-disposition': contentDisposition('attachment', name),
          'x-content-type-options': 'nosniff',
        }
        return reply(200, new Uint8Array(content), { headers })
      },
    ),
    delete: operation(
      { use: needed, responses: { 204: null, 404: Problem } },
      async ({ params, caller: { user }, db }) => {
        const { id } = await visibleTask(db, user, params.id)
        const found = attachment(db, id, params.file).select('id')
        const { id: gone } = await found.executeTakeFirstOrThrow(noSuchFile)
        await db.deleteFrom('attachments').where('id', '=', gone).execute()
      },
    ),
  }),
]
