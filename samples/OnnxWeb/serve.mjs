// Serves this page, the runtime that npm brought, and a model: node serve.mjs FILE.onnx [PORT]
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const types = { '.html': 'text/html', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
const runtime = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web/wasm')));

/** The file behind a path of the page; undefined for everything else. */
function fileOf(path, model) {
    if (path === '/model.onnx') return model;
    if (['/', '/index.html'].includes(path)) return fileURLToPath(new URL('index.html', import.meta.url));
    if (['/page.mjs', '/noise.mjs'].includes(path)) return fileURLToPath(new URL(`.${path}`, import.meta.url));
    const part = /^\/ort\/([\w.-]+\.(?:mjs|wasm))$/.exec(path);
    return part ? `${runtime}/${part[1]}` : undefined;
}

/** Listens on loopback; port 0 takes a free one. Resolves to the address with the model loaded, and the server. */
export async function serve(model, port = 0) {
    statSync(model);
    const server = createServer((request, response) => {
        const file = fileOf(new URL(request.url, 'http://localhost').pathname, model);
        if (!file) { response.writeHead(404).end(); return; }
        const stream = createReadStream(file);
        stream.on('error', () => response.writeHead(404).end());
        stream.on('open', () => {
            response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
            stream.pipe(response);
        });
    });
    await new Promise((resolve, reject) => server.on('error', reject).listen(port, '127.0.0.1', resolve));
    return { address: `http://127.0.0.1:${server.address().port}/?model=model.onnx`, server };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const [, , model, port] = process.argv;
    if (!model) {
        console.error('node serve.mjs FILE.onnx [PORT]');
        process.exit(2);
    }
    console.log((await serve(model, Number(port ?? 8080))).address);
}
