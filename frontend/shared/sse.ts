// SPDX-License-Identifier: Apache-2.0
export interface SseMessage { id: string | null; event: string; data: string }

/**
 * Reads a `text/event-stream` piece by piece (WHATWG HTML, section 9.2.6). Our own reader and not `EventSource`,
 * because that one hides the comment pings: a line that died without a word would go on being called live.
 */
export class SseParser {
  private rest = "";
  private id: string | null = null;
  private event = "";
  private data: string[] = [];

  /** Takes the next piece of text and gives the messages it completes. */
  feed(text: string): SseMessage[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.line(line));
  }

  private line(line: string): SseMessage[] {
    if (line === "") return this.flush();
    if (line.startsWith(":")) return [];
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.data.push(value);
    else if (field === "event") this.event = value;
    else if (field === "id" && !value.includes("\0")) this.id = value;
    return [];
  }

  private flush(): SseMessage[] {
    const message = { id: this.id, event: this.event || "message", data: this.data.join("\n") };
    const complete = this.data.length > 0;
    this.event = "";
    this.data = [];
    return complete ? [message] : [];
  }
}
