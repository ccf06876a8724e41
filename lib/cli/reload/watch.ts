/** Watches files by their folders, because editors replace a file when they save it. */
import { type FSWatcher, readFileSync, statSync, watch } from 'node:fs'
import path from 'node:path'

/** Changes within this time are handled as one, in milliseconds. */
const PAUSE_MS = 40

/** How often to look for a folder that does not exist, in milliseconds. */
const MISSING_MS = 500

interface WatchedFolder {
  watcher: FSWatcher | undefined
  /** While it is watched. Another number is another folder of the same name, as after a change of the branch. */
  inode: number | undefined
}

export class FileWatcher {
  readonly #onChange: (file: string) => void
  readonly #folders = new Map<string, WatchedFolder>()
  /** The text of each file, because some events report no change of the content. */
  readonly #known = new Map<string, string>()
  #pause: NodeJS.Timeout | undefined
  #isClosed = false

  /** @param onChange Called with one of the files that changed. */
  constructor(onChange: (file: string) => void) {
    this.#onChange = onChange
  }

  /** Watches one more file; neither it nor its folder needs to exist. */
  add(file: string): void {
    if (this.#isClosed || this.#known.has(file)) return
    this.#known.set(file, textOf(file))
    const folder = path.dirname(file)
    if (this.#folders.has(folder)) return
    this.#folders.set(folder, { watcher: undefined, inode: undefined })
    if (!this.#watchFolders()) this.#look(MISSING_MS)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#pause)
    for (const { watcher } of this.#folders.values()) watcher?.close()
  }

  #look(waitMs: number): void {
    clearTimeout(this.#pause)
    this.#pause = setTimeout(() => {
      const isWhole = this.#watchFolders()
      const changed = [...this.#known].filter(([file, text]) => textOf(file) !== text)
      for (const [file] of changed) this.#known.set(file, textOf(file))
      const [first] = changed
      if (first !== undefined) this.#onChange(first[0])
      if (!isWhole && !this.#isClosed) this.#look(MISSING_MS)
    }, waitMs)
  }

  /** Watches the folders that are new, or were made again. Returns whether all of them exist. */
  #watchFolders(): boolean {
    for (const [name, folder] of this.#folders) {
      const inode = inodeOf(name)
      if (inode !== undefined && inode === folder.inode) continue
      folder.watcher?.close()
      folder.watcher = inode === undefined ? undefined : this.#watch(name, folder)
      folder.inode = folder.watcher && inode
    }
    return [...this.#folders.values()].every(({ watcher }) => watcher !== undefined)
  }

  #watch(name: string, folder: WatchedFolder): FSWatcher | undefined {
    try {
      const watcher = watch(name, (_event, file) => {
        // The folder itself: it was deleted, and a new one may have the same inode.
        if (file === path.basename(name)) folder.inode = undefined
        this.#look(PAUSE_MS)
      })
      watcher.on('error', () => {}) // the folder was deleted
      return watcher
    } catch {
      return undefined // a folder that cannot be watched
    }
  }
}

function inodeOf(folder: string): number | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.ino
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
