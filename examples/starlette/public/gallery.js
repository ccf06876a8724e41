// News on the home page, and the talk.
const news = document.getElementById('news')
if (news !== null) {
  new EventSource('/news').addEventListener('news', ({ data }) => {
    const { title, by } = JSON.parse(data)
    news.textContent = `New: “${title}” by ${by}.`
  })
}

const talk = document.getElementById('talk')
if (talk !== null) {
  const socket = new WebSocket('/talk/socket')
  socket.addEventListener('message', ({ data }) => {
    const { by, text } = JSON.parse(data)
    const item = document.createElement('li')
    item.textContent = `${by}: ${text}`
    talk.append(item)
  })
  const { say } = document.forms
  say.addEventListener('submit', (event) => {
    event.preventDefault()
    socket.send(say.text.value)
    say.reset()
  })
}
