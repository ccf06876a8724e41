/** Stores the messages of all channels in one table, and sends their notifications. */
import { createTable, type PostgresClient } from '../../stores/postgres/table.ts'
import type { KeptMessage } from '../backend.ts'
import { bufferOf, noteWithoutRow, textInNote } from './notes.ts'

interface TableOptions {
  readonly name: string
  readonly history: number
  /** The time to live in seconds. */
  readonly ttl: number
}

export interface OutgoingMessage {
  readonly channel: string
  readonly content: string | Uint8Array
}

interface Row {
  readonly id: string
  readonly run: string
  readonly content: Uint8Array
}

/** The number of statements of a process between two deletions of old rows. */
const TRIMMED_EVERY = 16

export class MessageTable {
  readonly #client: PostgresClient
  readonly #options: TableOptions
  #ready: Promise<void> | undefined
  #number = 0
  #statements = 0
  /** Channels with new rows since the last deletion. */
  readonly #grown = new Set<string>()

  constructor(client: PostgresClient, options: TableOptions) {
    this.#client = client
    this.#options = options
  }

  /**
   * Publishes messages in this order. Consecutive messages that need a row share a statement, and so do those
   * that do not.
   */
  async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    for (let from = 0; from < messages.length; ) {
      const isKept = this.#needsRow(messages[from])
      let to = from + 1
      while (to < messages.length && this.#needsRow(messages[to]) === isKept) to++
      const alike = messages.slice(from, to)
      await (isKept ? this.#keep(alike) : this.#pass(alike))
      from = to
    }
  }

  /** The last messages of a channel, the oldest first. */
  async last(channel: string, limit: number): Promise<readonly KeptMessage[]> {
    const text = `select id, tableoid as run, content from ${this.#options.name}
      where channel = $1 and at > now() - make_interval(secs => $3::float8)
      order by id desc limit $2`
    return (await this.#rows(text, [channel, limit, this.#options.ttl])).map(messageOf).reverse()
  }

  /**
   * The messages after an id, the oldest first. If there are more than the history keeps, only the last ones.
   */
  async after(channel: string, id: number): Promise<readonly KeptMessage[]> {
    const text = `select id, tableoid as run, content from ${this.#options.name}
      where channel = $1 and id > $2 order by id desc limit $3`
    return (await this.#rows(text, [channel, id, this.#options.history])).map(messageOf).reverse()
  }

  /** The id of the last message of a channel, or 0. */
  async lastId(channel: string): Promise<number> {
    const text = `select id from ${this.#options.name} where channel = $1 order by id desc limit 1`
    const [row] = await this.#rows(text, [channel])
    return Number(row?.id ?? 0)
  }

  async content(id: number): Promise<Uint8Array | undefined> {
    const text = `select content from ${this.#options.name} where id = $1`
    const [row] = await this.#rows(text, [id])
    return row?.content
  }

  #needsRow(message: OutgoingMessage | undefined): boolean {
    if (message === undefined) return false
    return this.#options.history > 0 || textInNote(message.content) === undefined
  }

  async #pass(messages: readonly OutgoingMessage[]): Promise<void> {
    const payloads = messages.map(({ channel, content }) =>
      noteWithoutRow(channel, ++this.#number, textInNote(content) ?? ''),
    )
    const text = 'select pg_notify($1, payload) from unnest($2::text[]) as payload'
    await this.#client.query(text, [this.#options.name, payloads])
  }

  /**
   * Stores messages and sends their notifications. The lock makes ids increase in the order of the commits,
   * so a reader that has seen an id has seen all earlier ones.
   */
  async #keep(messages: readonly OutgoingMessage[]): Promise<void> {
    const { name } = this.#options
    const text = `
      with locked as materialized (select pg_advisory_xact_lock(hashtextextended($1, 0))),
      given as materialized (
        select nextval('${name}_id_seq') as id, channel, content, note from locked,
          unnest($2::text[], $3::bytea[], $4::text[]) as m (channel, content, note)),
      kept as (insert into ${name} (id, channel, content) select id, channel, content from given)
      select pg_notify($1, channel || chr(10) || id || ' ' || '${name}'::regclass::oid || note)
        from (select * from given order by id) as sorted`
    const channels = messages.map(({ channel }) => channel)
    const contents = messages.map(({ content }) => bufferOf(content))
    const notes = messages.map(({ content }) => ` ${textInNote(content) ?? ''}`)
    await this.#rows(text, [name, channels, contents, notes])
    for (const channel of channels) this.#grown.add(channel)
    if (++this.#statements % TRIMMED_EVERY === 0) await this.#trim()
  }

  async #trim(): Promise<void> {
    const { name, history, ttl } = this.#options
    const grown = [...this.#grown]
    this.#grown.clear()
    const old = `delete from ${name} where at < now() - make_interval(secs => $1::float8)`
    await this.#rows(old, [ttl])
    if (history === 0) return
    const text = `delete from ${name} where id in (select id from (
        select id, row_number() over (partition by channel order by id desc) as place
        from ${name} where channel = any($1::text[])) as placed where place > $2)`
    await this.#rows(text, [grown, history])
  }

  async #rows(text: string, values: unknown[]): Promise<readonly Row[]> {
    this.#ready ??= this.#create().catch((error: unknown) => {
      this.#ready = undefined
      throw error
    })
    await this.#ready
    return (await this.#client.query(text, values)).rows as readonly Row[]
  }

  #create(): Promise<void> {
    const { name } = this.#options
    const text = `
      create table ${name} (id bigserial primary key, channel text not null,
        content bytea not null, at timestamptz not null default clock_timestamp());
      create index ${name}_channel on ${name} (channel, id);
      create index ${name}_at on ${name} (at)`
    return createTable(this.#client, name, text)
  }
}

function messageOf({ id, run, content }: Row): KeptMessage {
  return { content, position: { run: Number(run), time: 0, number: Number(id) } }
}
