/** Finds the messages that a channel missed while it was not subscribed, and delivers them. */
import { isReply, messageOf } from '../../redis/breaker.ts'
import type { SendCommand } from '../../redis.ts'
import type { CatchUp } from '../backend.ts'
import type { Feed } from './feed.ts'
import { type MissedMessages, Pages } from './stream.ts'

interface CatchUpOptions {
  readonly send: SendCommand
  /** Milliseconds during which a page is retried; more than the timeout of one command. */
  readonly patienceMs: number
  /** Aborts when the subscription is lost. */
  readonly signal: AbortSignal
  /** Whether the feed still has subscribers. */
  isWanted(): boolean
}

/**
 * Reads missed messages page by page, while new ones are held, until none is missing.
 *
 * If the stream cannot be read, this channel gets a gap. It never rejects. If the subscription is lost
 * meanwhile, it ends, and the next subscription continues from its position.
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
    if (page !== undefined) continue // the dropped messages are in the stream
    feed.listener.gap()
    break
  }
  feed.goLive()
}

/** Delivers a page, with the gap before it; false if there is no reason to continue. */
async function deliverPage(
  feed: Feed,
  page: MissedMessages | undefined,
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

/** Delivers the held messages; returns false if some were dropped. */
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

/** The next page; undefined if the stream cannot be read. */
async function readPage(
  { position }: Feed,
  pages: Pages,
  { patienceMs, signal }: CatchUpOptions,
): Promise<MissedMessages | undefined> {
  const end = performance.now() + patienceMs
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs *= 2) {
    try {
      const page = await pages.after(position)
      // A stream full of entries of other programs would be read forever.
      return page.messages.length === 0 && !page.isLast ? undefined : page
    } catch (error) {
      if (!isPassing(error) || performance.now() >= end) return undefined
    }
    await pause(Math.min(pauseMs, LONGEST_PAUSE_MS), signal)
  }
  return undefined
}

/** Whether a retry may succeed: there was no reply, or Redis was not ready for one. */
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
