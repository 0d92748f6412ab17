// One Chromium for the tests of a file, and what a page complained of.
import { existsSync } from 'node:fs';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
let browser;

before(async () => { browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] }); });
after(async () => { await browser?.close(); });

/** A new page at an address, and a list that errors of its scripts, of the console and of its requests are added to. */
export async function open(address, options = {}) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints = [];
    page.on('pageerror', error => complaints.push(String(error)));
    page.on('console', message => { if (message.type() === 'error') complaints.push(message.text()); });
    page.on('requestfailed', request => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
    await page.goto(address);
    return { page, complaints };
}
