// Preloaded into aws-lambda-ric, whose native addon is not built here: Node's http speaks to the Runtime API instead.
// As in the addon, `done` and `error` do not wait; the next `next` does. The addon's X-Ray header is left out.
const { request } = require('node:http');
const Module = require('node:module');

/** One request to the Runtime API: its answer's headers and text. */
function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const url = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/${path}`;
    request(url, { method, headers: { 'content-type': 'application/json' } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => {
        text += piece;
      });
      response.on('end', () => resolve({ headers: response.headers, bodyJson: text }));
      response.on('error', reject);
    })
      .on('error', reject)
      .end(body);
  });
}

let answered = Promise.resolve();
const client = {
  next: () => answered.then(() => call('GET', 'next')),
  done(id, body) {
    answered = call('POST', `${id}/response`, body);
  },
  error(id, body) {
    answered = call('POST', `${id}/error`, body);
  },
};

const load = Module._load;
Module._load = function (name, ...rest) {
  return name === './rapid-client.node' ? client : load.call(this, name, ...rest);
};
