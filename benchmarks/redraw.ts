// Draws the plots of what results.md has, without measuring: node benchmarks/build/redraw.js
import { writePlots } from './plots/write.ts'

writePlots(new URL('../../', import.meta.url))
