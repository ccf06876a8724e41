// The tables, as the query builder sees them: the same in both databases.
import type { Generated, Kysely, Selectable } from 'kysely'

export const ROLES = ['user', 'admin'] as const
export const STATUSES = ['open', 'done'] as const

interface Users {
  id: Generated<number>
  name: string
  /** As `hashPassword` writes it. */
  password: string
  role: (typeof ROLES)[number]
}

interface Tasks {
  id: Generated<number>
  owner: number
  title: string
  notes: string
  status: (typeof STATUSES)[number]
  /** A day, as 2026-11-30. */
  due: string | null
  /** A moment by ISO 8601, in UTC. */
  created: string
}

interface Attachments {
  id: Generated<number>
  task: number
  name: string
  type: string
  size: number
  /** SQLite gives an ArrayBuffer, PostgreSQL a Buffer. */
  content: Uint8Array | ArrayBuffer
}

export interface Tables {
  users: Users
  tasks: Tasks
  attachments: Attachments
}

export type Database = Kysely<Tables>
export type User = Selectable<Users>
