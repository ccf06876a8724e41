/** Renders the delay of the event loop in the text format of Prometheus. */
import { heading, line } from './series.ts'

/** The required members of a histogram of `monitorEventLoopDelay()`. Its times are nanoseconds. */
export interface EventLoopDelay {
  readonly max: number
  percentile(percentile: number): number
  reset(): void
}

const NAME = 'nodejs_eventloop_delay_seconds'

/** Renders the delays since the last call. */
export function renderDelay(delay: EventLoopDelay): string {
  let text = heading(NAME, 'gauge', 'How late the event loop was, by quantile.')
  for (const quantile of [0.5, 0.9, 0.99]) {
    text += line(NAME, { quantile: String(quantile) }, delay.percentile(quantile * 100) / 1e9)
  }
  text += line(NAME, { quantile: '1' }, delay.max / 1e9)
  delay.reset()
  return text
}
