// What lives as long as the application: the folder of the photos, and the channel of the news.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Channels, channels, memoryBackend } from 'stellula/channels'

export interface Photo {
  readonly id: string
  readonly title: string
  readonly by: string
  /** The name of its file in the folder. */
  readonly file: string
}

// A type, not an interface: handlers that read no state then fit beside those that read this one.
export type AppState = {
  readonly folder: string
  readonly photos: Map<string, Photo>
  readonly bus: Channels
}

export async function* lifespan() {
  const folder = await mkdtemp(join(tmpdir(), 'gallery-'))
  const bus = channels({ backend: memoryBackend({ history: 20 }) })
  try {
    yield { folder, photos: new Map(), bus } as AppState
  } finally {
    await bus.close()
    await rm(folder, { recursive: true })
  }
}
