# The project's own image: the command, without compilers, tests or the native servers' tools.
FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/coldchain
COPY requirements.lock .
RUN /opt/coldchain/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY . .
# The lock is for developers too; what the command itself does not need goes again.
RUN /opt/coldchain/bin/pip install --no-deps --no-index --no-build-isolation . \
 && /opt/coldchain/bin/python scripts/unneeded.py \
    | xargs /opt/coldchain/bin/pip uninstall --yes --quiet

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/coldchain --create-home coldchain \
 && mkdir /var/lib/coldchain/boards && chown coldchain /var/lib/coldchain/boards
COPY --from=build /opt/coldchain /opt/coldchain
ENV PATH=/opt/coldchain/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER coldchain
WORKDIR /var/lib/coldchain
ENTRYPOINT ["coldchain"]
CMD ["--help"]
