# Reference values of the tests share_interval, binomial_test and
# beta_binomial, as rows of SQL VALUES.  Base R only (made with R 4.2.2):
#
#     Rscript test/data/special_functions.R SECTION
#
# with SECTION one of beta_cdf, beta_quantile, normal_cdf, normal_quantile,
# polygamma, interval, interval_large, binomial, binomial_large, fit.
options(digits = 17)
num <- function(x) sprintf("%.17g", x)
rows <- function(...) {
    line <- paste0("    (", paste(..., sep = ", "), ")")
    cat(paste(line, collapse = ",\n"), "\n", sep = "")
}
shapes <- c(0.5, 1, 3.25, 40, 1000, 1e6, 1e9)

section <- list(
    # x at so many standard deviations of its log odds from the mean; x up to
    # 1/2 only, the rest being the same by symmetry, and results above 1e-300
    beta_cdf = function() {
        g <- expand.grid(z = c(-34, -12, -5, -1, 0, 1, 5, 12), a = shapes, b = shapes)
        g$x <- plogis(log(g$a / g$b) + g$z * sqrt(1 / g$a + 1 / g$b))
        g$v <- pbeta(g$x, g$a, g$b)
        g <- g[g$x <= 0.5 & g$v > 1e-300 & g$v < 1, ]
        rows(num(g$x), num(g$a), num(g$b), num(g$v))
    },
    beta_quantile = function() {
        g <- expand.grid(p = c(1e-9, 0.025, 0.5, 0.995), a = shapes, b = shapes)
        g$v <- qbeta(g$p, g$a, g$b)
        rows(num(g$p), num(g$a), num(g$b), num(g$v))
    },
    normal_cdf = function() {
        z <- c(-37, -30.5, -20.25, -12, -8.5, -6, -5.125, seq(-4, 4, by = 0.375), 5, 6.5, 8)
        rows(num(z), num(pnorm(z)))
    },
    normal_quantile = function() {
        p <- c(1e-300, 1e-200, 1e-100, 1e-50, 1e-20, 1e-10, 1e-5, 0.001, 0.005,
               0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.26, 0.3, 0.4, 0.49, 0.499999,
               0.500001, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95, 0.975, 0.99, 0.995,
               0.9995, 1 - 2^-20, 1 - 2^-40, 1 - 2^-53)
        rows(num(p), num(qnorm(p)))
    },
    polygamma = function() {
        x <- c(0.5, 0.75, 1, 1.25, 1.5, 2, 3.14159, 5, 7.5, 9.999, 11.5, 12, 12.5,
               20, 50, 123.456, 1000, 54321, 1e6, 1e9)
        rows(num(x), num(digamma(x)), num(trigamma(x)))
    },
    # Wilson by prop.test, Clopper-Pearson by binom.test
    interval = function() {
        g <- expand.grid(level = c(0.5, 0.8, 0.9, 0.99, 0.999, 0.999999),
                         case = 1:7)
        k <- c(0, 1, 7, 30, 250, 99, 123456)
        n <- c(13, 40, 9, 60, 1000, 100, 1000000)
        g$k <- k[g$case]
        g$n <- n[g$case]
        r <- t(mapply(function(k, n, level) {
            w <- suppressWarnings(prop.test(k, n, conf.level = level, correct = FALSE))
            c(w$conf.int, binom.test(k, n, conf.level = level)$conf.int)
        }, g$k, g$n, g$level))
        rows(g$k, num(g$n), num(g$level), num(r[, 1]), num(r[, 2]), num(r[, 3]), num(r[, 4]))
    },
    # Clopper-Pearson for 10^12 participants
    interval_large = function() {
        k <- c(1, 37, 1e6, 3e11, 5e11, 999999999999)
        n <- 1e12
        rows(sprintf("%.0f", k), num(qbeta(0.025, k, n - k + 1)), num(qbeta(0.975, k + 1, n - k)))
    },
    binomial = function() {
        k <- c(0, 0, 1, 3, 7, 10, 20, 33, 40, 55, 98, 100, 431, 520, 5100, 999000, 501500)
        n <- c(5, 60, 17, 3, 20, 20, 20, 71, 41, 99, 100, 100, 1000, 1000, 10000, 1000000, 1000000)
        g <- expand.grid(i = seq_along(k), p = c(0.001, 0.11888, 0.3, 0.5, 0.75, 0.999))
        v <- function(alternative) num(mapply(function(k, n, p)
            binom.test(k, n, p, alternative = alternative)$p.value,
            k[g$i], n[g$i], g$p))
        rows(k[g$i], num(n[g$i]), num(g$p), v("two.sided"), v("less"), v("greater"))
    },
    # lower tails at p = 1/2
    binomial_large = function() {
        n <- c(1e9, 1e9, 1e9, 1e12, 1e12)
        k <- c(499950000, 499800000, 499700000, 5e11 - 1e6, 5e11 - 3e6)
        rows(sprintf("%.0f", k), sprintf("%.0f", n), num(pbinom(k, n, 0.5)))
    },
    # Maximum likelihood by optim, then Newton's iteration with digamma and
    # trigamma on log alpha and log beta
    fit = function() {
        fit <- function(k, n) {
            ll <- function(t) {
                a <- exp(t[1]); b <- exp(t[2])
                sum(lchoose(n, k) + lbeta(a + k, b + n - k) - lbeta(a, b))
            }
            t <- optim(c(0, 0), function(t) -ll(t), control = list(reltol = 1e-12))$par
            for (i in 1:50) {
                a <- exp(t[1]); b <- exp(t[2]); s <- a + b
                ga <- sum(digamma(a + k) - digamma(a) - digamma(s + n) + digamma(s))
                gb <- sum(digamma(b + n - k) - digamma(b) - digamma(s + n) + digamma(s))
                c2 <- sum(trigamma(s) - trigamma(s + n))
                h <- matrix(c(
                    a * ga + a^2 * (sum(trigamma(a + k) - trigamma(a)) + c2),
                    a * b * c2, a * b * c2,
                    b * gb + b^2 * (sum(trigamma(b + n - k) - trigamma(b)) + c2)), 2)
                t <- t - solve(h, c(a * ga, b * gb))
            }
            c(exp(t), ll(t))
        }
        rat <- read.csv("test/data/rat_tumour.csv")
        chem <- read.csv("test/data/chem97_counts.csv")
        i <- 1:60
        r <- rbind(fit(rat$y, rat$n),
                   fit(chem$n0, rowSums(chem[, 3:8])),
                   fit((i * 37) %% 11, rep(10, 60)),
                   fit((i * 7919) %% 1000, 1000 + i),
                   fit(ifelse(i %% 9 == 0, 3, ifelse(i %% 2 == 0, 0, 5)), rep(5, 60)))
        rows(c("'rats'", "'Chem97'", "'flat'", "'large'", "'nearly all or nothing'"),
             num(r[, 1]), num(r[, 2]), num(r[, 3]))
    }
)
section[[commandArgs(TRUE)[1]]]()
