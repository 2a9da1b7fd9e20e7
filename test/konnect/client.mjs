// Calls the Konnect Portal API with its client library: it reads one call per line of JSON, and writes one line with
// each result. The tests of internal/api/konnect start it.
import { createInterface } from 'node:readline'

import sdk from '@kong/sdk-portal-js'
import axios from 'axios'

async function make({ base, api, method, parameters, headers }) {
  const http = axios.create({ headers, maxRedirects: 0, timeout: 0, validateStatus: () => true })
  const client = new sdk[api](new sdk.Configuration({ basePath: base }), base, http)
  const takesParameters = client[method].length > 1 || Object.keys(parameters).length > 0
  const answer = await (takesParameters ? client[method](parameters) : client[method]())
  return {
    status: answer.status,
    headers: Object.fromEntries(Object.entries(answer.headers).filter(([name]) => name !== 'set-cookie')),
    cookies: answer.headers['set-cookie'] ?? [],
    body: answer.data,
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer
  try {
    answer = await make(JSON.parse(line))
  } catch (error) {
    answer = { error: String(error?.stack ?? error) }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
