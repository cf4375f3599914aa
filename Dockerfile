# Three stages: the front-end files, the Python environment, and the image that runs as nobody special.
ARG PYTHON=python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1
ARG NODE=node:22.20.0-bookworm-slim@sha256:b21fe589dfbe5cc39365d0544b9be3f1f33f55f3c86c87a76ff65a02f8f5848e

FROM ${NODE} AS node

FROM ${PYTHON} AS build
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/pip install --require-hashes --requirement requirements.lock
# npm fetches the front-end files; tools/frontend.py copies the few that are needed.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
COPY package.json package-lock.json .npmrc ./
COPY tools/ tools/
COPY static/ static/
RUN /venv/bin/python tools/frontend.py && rm -rf node_modules
COPY . .
# Hashed and compressed once, here; the key is for this step alone and is not in the image's environment.
RUN /venv/bin/python -m tools.catalogues compile \
    && VAR_DIR=/tmp/build SECRET_KEY=only-while-collecting /venv/bin/python manage.py collectstatic --noinput --ignore 'NotoSansSC-*' \
    && mv /tmp/build/static /app/collected \
    && rm -rf tools tests docs /tmp/build \
    && /venv/bin/python -m compileall -q .

FROM ${PYTHON} AS desk
RUN groupadd --gid 10001 desk && useradd --uid 10001 --gid desk --no-create-home --shell /usr/sbin/nologin desk \
    && install -d -o desk -g desk /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/app \
    DJANGO_SETTINGS_MODULE=servicedesk.settings \
    VAR_DIR=/data \
    STATIC_ROOT=/app/collected
USER desk
EXPOSE 8000
# What somebody searched for and who calls stand in the query of an address: no log has it, nor the page one came from.
CMD ["gunicorn", "servicedesk.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", \
     "servicedesk.worker.DeskWorker", "--workers", "2", "--threads", "8", "--timeout", "60", "--graceful-timeout", "20", "--no-control-socket", \
     "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-", \
     "--access-logformat", "%(h)s %(t)s %(m)s %(U)s %(H)s %(s)s %(b)s %(a)s"]
