// Preloaded into aws-lambda-ric instead of its native addon, which is not built here: calls the Runtime API with the http
// module of Node.js. As in the addon, `done` and `error` do not wait; the next `next` does. Omits the X-Ray header.
const { request } = require('node:http');
const Module = require('node:module');

/** Sends a request to the Runtime API and returns the headers and text of the response. */
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
