// The check that `.ci/report-page` runs: each page, in four ways of looking at it.
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const views = [
  { name: "desktop-light", viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { name: "desktop-dark", viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  { name: "phone-light", viewport: { width: 390, height: 844 }, colorScheme: "light" },
  { name: "phone-dark", viewport: { width: 390, height: 844 }, colorScheme: "dark" },
];
const problems = [];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});

for (const file of process.argv.slice(2)) {
  const url = pathToFileURL(resolve(file)).href;
  for (const view of views) {
    const place = `${basename(file)}, ${view.name}`;
    const context = await browser.newContext({ viewport: view.viewport, colorScheme: view.colorScheme });
    const page = await context.newPage();
    page.on("request", (request) => {
      if (request.url() !== url) problems.push(`${place}: asked for ${request.url()}`);
    });
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(`${place}: ${message.text()}`);
    });
    await page.goto(url);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) problems.push(`${place}: ${wide} pixels wider than the screen`);
    await page.evaluate(axe);
    const result = await page.evaluate(() => globalThis.axe.run(document));
    for (const violation of result.violations) {
      const node = violation.nodes[0];
      problems.push(`${place}: ${violation.id}: ${violation.help}: ${node.html.slice(0, 160)}: ${node.failureSummary}`);
    }
    await page.screenshot({ path: file.replace(/html$/, `${view.name}.png`), fullPage: true });
    await filter(page, place);
    await context.close();
  }
  const page = await browser.newPage();
  await page.goto(url);
  await page.pdf({ path: file.replace(/html$/, "pdf"), format: "A4" });
  await page.close();
}
await browser.close();
if (problems.length) {
  console.error([...new Set(problems)].join("\n"));
  process.exit(1);
}
console.log(`${process.argv.length - 2} pages in ${views.length} views: no violation, no request, nothing too wide`);

/** Chooses a tool from the keyboard: its article stays, every other one goes. */
async function filter(page, place) {
  const all = page.locator("#only-all");
  if ((await all.count()) === 0) return;
  const before = await page.locator("article:visible").count();
  await all.focus();
  await page.keyboard.press("ArrowRight");
  const after = await page.locator("article:visible").count();
  const chosen = await page.locator("input[name=tool]:checked").getAttribute("id");
  const shown = await page.locator(`article.${chosen.replace("only-", "")}:visible`).count();
  if (after !== 1 || shown !== 1 || before < 1) {
    problems.push(`${place}: the filter shows ${after} of ${before} tools`);
  }
}
