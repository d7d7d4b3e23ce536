// The page's files and an API that says what a test wants, in the challenger's place.

import { readFile } from "node:fs/promises";
import http from "node:http";

const ROOT = new URL("../", import.meta.url);
const TYPES = { html: "text/html; charset=utf-8", css: "text/css; charset=utf-8", js: "text/javascript; charset=utf-8", svg: "image/svg+xml" };

/** The policy that the challenger sends: so strict must the page be able to work. */
const POLICY = /"(default-src 'none';[^"]*)"/
  .exec(await readFile(new URL("../src/page/guard.rs", ROOT), "utf8"))[1]
  .replace(/\\\n\s*/g, "");

export async function stub() {
  const streams = new Set();
  let said = [];
  let up = true;
  const server = http.createServer(async (request, response) => {
    const path = new URL(request.url, "http://stub").pathname;
    response.setHeader("content-security-policy", POLICY);
    if (path === "/api/live") {
      if (!up) return response.writeHead(503).end();
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
      streams.add(response);
      response.on("close", () => streams.delete(response));
      for (const event of said) response.write(event);
      return;
    }
    const name = path === "/" ? "index.html" : path.slice(1);
    if (!/^[a-z]+\.(html|css|js|svg)$/.test(name)) return response.writeHead(404).end();
    response.setHeader("content-type", TYPES[name.split(".")[1]]);
    response.end(await readFile(new URL(name, ROOT)));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const send = (kind, data) => {
    const event = `event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const stream of streams) stream.write(event);
    return event;
  };
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    /** Says a status, now and to whoever comes later. */
    say(status, ageMilliseconds = 500) {
      said = [send("report", { ageMilliseconds, status })];
    },
    starting(standing) {
      said = [send("starting", { starting: true, ...standing })];
    },
    beat: () => send("beat", "alive"),
    /** Breaks every line, and refuses new ones until `rise`. */
    fall() {
      up = false;
      for (const stream of streams) stream.destroy();
    },
    rise() {
      up = true;
    },
    streams: () => streams.size,
    close() {
      for (const stream of streams) stream.destroy();
      server.close();
    },
  };
}
