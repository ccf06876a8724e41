/** Finds what a channel has missed while there was no subscription, and delivers it. */
import { isReply, messageOf } from '../../redis/breaker.ts'
import type { SendCommand } from '../../redis.ts'
import type { CatchUp } from '../backend.ts'
import type { Feed } from './feed.ts'
import { type Missed, Pages } from './stream.ts'

export interface CatchUpOptions {
  readonly send: SendCommand
  /** Milliseconds that a page is tried for; more than one command may take. */
  readonly patienceMs: number
  /** Aborted when the subscription is lost. */
  readonly signal: AbortSignal
  /** Whether the feed is still asked for. */
  isWanted(): boolean
}

/**
 * Reads what was missed page by page, while what comes is held, until nothing is missing.
 *
 * A stream that cannot be read costs this channel a gap, and nothing else. It never rejects; when the
 * subscription is lost meanwhile, it ends, and the next one begins where this one has come to.
 */
export async function catchUp(feed: Feed, options: CatchUpOptions): Promise<void> {
  const { send, signal } = options
  const isOver = (): boolean => signal.aborted || !options.isWanted()
  const pages = new Pages(send, feed.key)
  const pace = feed.listener.catchUp()
  for (;;) {
    feed.hold()
    const page = await readPage(feed, pages, options)
    if (isOver() || !(await deliverPage(feed, page, pace, isOver))) return
    if (page?.isLast === false) continue
    const isAll = await releaseHeld(feed, pace, isOver)
    if (isOver()) return
    if (isAll) break
    if (page !== undefined) continue // what was let go is in the stream
    feed.listener.gap()
    break
  }
  feed.goLive()
}

/** Delivers a page, with the gap before it; false when there is no reason to go on. */
async function deliverPage(
  feed: Feed,
  page: Missed | undefined,
  pace: CatchUp,
  isOver: () => boolean,
): Promise<boolean> {
  if (page?.lost !== 0) feed.listener.gap(page?.lost)
  for (const { content, position } of page?.messages ?? []) {
    const room = pace.room(content.length)
    if (room !== undefined) await room
    if (isOver()) return false
    feed.position = position
    pace.deliver(content, position)
  }
  return true
}

/** Delivers what is held; false when that was not all that has come. */
async function releaseHeld(feed: Feed, pace: CatchUp, isOver: () => boolean): Promise<boolean> {
  for (let size = feed.nextSize; size !== undefined; size = feed.nextSize) {
    const room = pace.room(size)
    if (room !== undefined) await room
    if (isOver() || feed.isOverfull) return false
    feed.release(pace)
  }
  return !feed.isOverfull
}

const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 500

/** The next page; undefined when the stream cannot be read. */
async function readPage(
  { position }: Feed,
  pages: Pages,
  { patienceMs, signal }: CatchUpOptions,
): Promise<Missed | undefined> {
  const end = performance.now() + patienceMs
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs *= 2) {
    try {
      const page = await pages.after(position)
      // Entries of others, one page of them after the other, would never come to an end.
      return page.messages.length === 0 && !page.isLast ? undefined : page
    } catch (error) {
      if (!isPassing(error) || performance.now() >= end) return undefined
    }
    await pause(Math.min(pauseMs, LONGEST_PAUSE_MS), signal)
  }
  return undefined
}

/** Whether another try may succeed: there was no answer, or Redis was not ready to give one. */
function isPassing(error: unknown): boolean {
  return !isReply(error) || /^(?:BUSY|LOADING|MASTERDOWN|TRYAGAIN) /.test(messageOf(error))
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done)
  })
}
