/** The extensions of compressed files. */
import type { Coding } from '../http/codings.ts'

/** The suffix that is added to the name of a compressed file. */
export const SUFFIXES: Readonly<Record<Coding, string>> = { br: '.br', zstd: '.zst', gzip: '.gz' }
