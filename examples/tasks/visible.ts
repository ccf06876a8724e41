// What a caller may see: their own tasks, or all of them for admins.
import { Problem } from 'stellula/problems'
import type { Account } from './access.ts'
import type { Database } from './tables.ts'

export function visibleTasks(db: Database, { id, role }: Account) {
  const tasks = db.selectFrom('tasks')
  return role === 'admin' ? tasks : tasks.where('owner', '=', id)
}

/** Tasks of others are not there, so that nobody learns of them. */
export async function visibleTask(db: Database, account: Account, id: number) {
  const task = visibleTasks(db, account).selectAll().where('tasks.id', '=', id)
  return task.executeTakeFirstOrThrow(() => new Problem({ status: 404, title: 'No such task' }))
}
