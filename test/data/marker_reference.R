# Reference values of the tests marker_*.sql and multiple_testing.sql, as rows
# of SQL VALUES.  Base R only (made with R 4.2.2):
#
#     Rscript test/data/marker_reference.R SECTION
options(digits = 17)
num <- function(x) sprintf("%.17g", x)
rows <- function(...) {
    line <- paste0("    (", paste(..., sep = ", "), ")")
    cat(paste(line, collapse = ",\n"), "\n", sep = "")
}

section <- list(
    student = function() {
        g <- expand.grid(t = c(-1e9, -300, -38, -12.5, -4, -1, -0.01, 0, 0.3, 1, 2.5, 9),
                         df = c(1, 1.5, 2, 7.3, 30, 411.25, 1e5, 1e9, 1e12))
        g$v <- pt(g$t, g$df)
        g <- g[g$v > 1e-290 & g$v < 1, ]
        rows(num(g$t), num(g$df), num(g$v))
    },
    f = function() {
        g <- expand.grid(f = c(1e-6, 0.01, 0.2, 0.7, 1, 1.3, 4, 90),
                         a = c(1, 2.5, 24, 1000, 1e6), b = c(1, 7, 350.5, 1e6))
        g$v <- pf(g$f, g$a, g$b)
        g <- g[g$v > 1e-290 & g$v < 1 - 1e-12, ]
        rows(num(g$f), num(g$a), num(g$b), num(g$v))
    },
    # tails of a group of n in a region of n + rest_n, and fisher.test
    fisher = function() {
        k <- c(0, 3, 7, 0, 20, 12, 0, 25, 93, 37, 99, 500, 1, 30)
        n <- c(5, 9, 7, 40, 20, 30, 60, 25, 93, 93, 100, 1000, 12, 400)
        rk <- c(1, 2, 0, 300, 9000, 311, 3688, 15000, 17952, 625, 51000, 40, 3, 41)
        rn <- c(5, 11, 4, 2000, 20000, 4011, 31022, 29496, 29496, 29496, 99000, 900, 25000, 61)
        two <- function(k, n, rk, rn) fisher.test(matrix(c(k, rk, n - k, rn - rk), 2))$p.value
        rows(k, n, rk, rn, num(phyper(k, k + rk, n + rn - k - rk, n)),
             num(phyper(k - 1, k + rk, n + rn - k - rk, n, lower.tail = FALSE)),
             num(mapply(two, k, n, rk, rn)))
    },
    # sums of lgamma differences in R lose digits at large shapes, so small ones
    beta_binomial = function() {
        g <- expand.grid(i = 1:6, j = 1:5)
        n <- c(1, 10, 25, 60, 100, 1000)[g$i]
        alpha <- c(0.4, 0.76, 1, 2.3, 35)[g$j]
        beta <- c(0.7, 4.23, 1, 14.1, 60)[g$j]
        k <- floor(n * c(0, 0.1, 0.5, 0.9, 0.4)[(g$i + g$j) %% 5 + 1])
        pmf <- function(k, n, a, b) exp(lchoose(n, k) + lbeta(k + a, n - k + b) - lbeta(a, b))
        less <- mapply(function(k, n, a, b) sum(pmf(0:k, n, a, b)), k, n, alpha, beta)
        more <- mapply(function(k, n, a, b) sum(pmf(k:n, n, a, b)), k, n, alpha, beta)
        rows(k, n, alpha, beta, num(less), num(more))
    },
    # ties, zeros, ones
    p_adjust = function() {
        p <- c(0.04, 0.001, 0.001, 0.5, 1, 0.03, 1e-12, 0.2, 0.04, 0.04, 0.011, 0.97, 0, 0.012)
        rows(seq_along(p), num(p), num(p.adjust(p, "BH")), num(p.adjust(p, "BY")))
    },
    # two subjects of made-up schools: last year's mean, this year's, participants
    line_residual = function() {
        i <- 1:24
        part <- i %% 2
        x <- 8 + (i * 7) %% 13 + i / 10
        y <- 2.5 + 0.7 * x + ((i * 37) %% 11 - 5) / 4 + ifelse(i == 9, 6, 0)
        w <- 10 + (i * 53) %% 90
        for (k in 0:1) {
            u <- part == k
            m <- lm(y[u] ~ x[u], weights = w[u])
            t <- rstudent(m)
            rows(k, num(x[u]), num(y[u]), num(w[u]), num(fitted(m)), num(residuals(m)),
                 num(hatvalues(m)), num(t), num(pt(-t, m$df.residual - 1)), num(pt(t, m$df.residual - 1)))
        }
    }
)

args <- commandArgs(trailingOnly = TRUE)
section[[args[1]]]()
