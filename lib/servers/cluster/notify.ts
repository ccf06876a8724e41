/** Notifies the parent process and systemd that this process is ready, or stops. */
import { execFile } from 'node:child_process'

/** Sends a state. Node has no unix datagram sockets, so systemd is notified by its own program. */
export function notify(state: 'ready' | 'stopping', log: (line: string) => void): void {
  if (state === 'ready') process.send?.('ready')
  if (!process.env['NOTIFY_SOCKET']) return
  const words = state === 'ready' ? ['--ready'] : ['STOPPING=1']
  execFile('systemd-notify', [`--pid=${process.pid}`, ...words], (error) => {
    if (error !== null) log(`cluster: systemd-notify failed: ${error.message.split('\n')[0]}`)
  })
}
