// ONNX Runtime's side of scripts/bench-peers: the preset lenet5, answering.
//
//     node bench_onnxruntime.cjs version
//     node bench_onnxruntime.cjs inference|latency DIR MODEL < settings
//
// DIR is the folder that bench-peers prepares, MODEL what `bench_torch.py export` wrote; MODEL.json holds PyTorch's
// answers for the first test digit, and nothing is measured where those of ONNX Runtime differ. A line of stdin is a
// setting, "seconds=1 batch=64 threads=2", and is answered by a line on stdout: images a second, or for latency the
// median of microseconds an image. The package onnxruntime-node is looked for in NODE_PATH.
//
// What helps ONNX Runtime is done before the clock starts: the digits lie in memory as padded floats and tensors, the
// graph is optimised for the batch, and the loop has run for a quarter of the seconds. Its native session is called
// where the package lets us: what its run() adds is a turn of node's event loop, which is not ONNX Runtime's.
'use strict'
const fs = require('fs')

function load_package() {
    try {
        return require('onnxruntime-node')
    } catch (error) {
        console.error("bench_onnxruntime.cjs: there is no onnxruntime-node that loads: run 'scripts/setup --peers'.")
        process.exit(1)
    }
}

const ort = load_package()
const PIXELS = 32 * 32

// A function from an input tensor to the promise of, or plainly, the output tensor.
async function network(model, batch, threads) {
    const options = {
        executionProviders: ['cpu'],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        freeDimensionOverrides: { batch },
    }
    const session = await ort.InferenceSession.create(model, options)
    try {
        const { binding } = require('onnxruntime-node/dist/binding.js')
        const native = new binding.InferenceSession()
        native.loadModel(model, options)
        const fetches = { logits: null }
        native.run({ image: tensors(new Float32Array(batch * PIXELS), batch)[0] }, fetches, {}) // or throws
        return (image) => native.run({ image }, fetches, {}).logits
    } catch (error) {
        return async (image) => (await session.run({ image })).logits
    }
}

function tensors(images, batch) {
    const all = []
    for (let at = 0; at + batch <= images.length / PIXELS; at += batch) {
        all.push(new ort.Tensor('float32', images.subarray(at * PIXELS, (at + batch) * PIXELS), [batch, 1, 32, 32]))
    }
    return all
}

async function measure(kind, setting, images, model) {
    const batch = Number(setting.batch)
    const answer = await network(model, batch, Number(setting.threads))
    const batches = tensors(images, batch)
    let next = 0
    async function run(seconds) {
        const times = []
        const start = performance.now()
        let last = start
        while (last - start < 1000 * seconds) {
            const result = answer(batches[next])
            if (result instanceof Promise) {
                await result
            }
            next = (next + 1) % batches.length
            const now = performance.now()
            times.push(now - last)
            last = now
        }
        return { times, images_per_second: times.length * batch * 1000 / (last - start) }
    }
    await run(setting.seconds / 4)
    const { times, images_per_second } = await run(setting.seconds)
    times.sort((a, b) => a - b)
    return kind === 'latency' ? 1000 * times[times.length >> 1] : images_per_second
}

async function check(images, model) {
    const expected = JSON.parse(fs.readFileSync(model + '.json', 'utf8'))
    const answer = await network(model, 1, 1)
    const logits = (await answer(tensors(images.subarray(0, PIXELS), 1)[0])).data
    const difference = Math.max(...expected.map((value, i) => Math.abs(value - logits[i])))
    if (!(difference < 1e-4)) {
        throw new Error(`its answers differ from PyTorch's by ${difference}`)
    }
    console.error(`ONNX Runtime: its answers differ from PyTorch's by ${difference.toExponential(1)} at most`)
}

async function main() {
    const [kind, folder, model] = process.argv.slice(2)
    if (kind === 'version') {
        console.log('ONNX Runtime ' + ort.env.versions.node)
        return
    }
    const bytes = fs.readFileSync(folder + '/test-images.f32')
    const images = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
    await check(images, model)
    for (const line of fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
        const setting = Object.fromEntries(line.split(' ').map((word) => word.split('=')))
        console.log((await measure(kind, setting, images, model)).toFixed(2))
    }
}

main().catch((error) => {
    console.error('bench_onnxruntime.cjs: ' + error.message)
    process.exit(1)
})
